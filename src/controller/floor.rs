//! The leader keeps the floor.

use k8s_openapi::api::admissionregistration::v1::{
    ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding,
};
use kube::api::{Api, ListParams};
use kube::{Client, ResourceExt as _};

use super::configurations::keep_one;
use crate::rules::{self, Install};

/// The policies that hold without Lessor, and what puts them into force.
pub(super) struct Floor {
    policies: Api<ValidatingAdmissionPolicy>,
    bindings: Api<ValidatingAdmissionPolicyBinding>,
    install: Install,
}

impl Floor {
    pub(super) fn new(client: Client, install: Install) -> Self {
        Self { policies: Api::all(client.clone()), bindings: Api::all(client), install }
    }

    /// Restores what is absent, older or changed. Policies come first: a binding
    /// without its policy enforces nothing. Read in two lists, because there are
    /// few such objects in any cluster.
    pub(super) async fn look(&self) -> Result<(), kube::Error> {
        let everything = ListParams::default();
        let present = self.policies.list(&everything).await?.items;
        for wanted in rules::floor(&self.install) {
            let present = present.iter().find(|found| found.name_any() == wanted.name_any());
            keep_one(&self.policies, present, &wanted, None).await?;
        }
        let present = self.bindings.list(&everything).await?.items;
        for wanted in rules::floor_bindings(&self.install) {
            let present = present.iter().find(|found| found.name_any() == wanted.name_any());
            keep_one(&self.bindings, present, &wanted, None).await?;
        }
        Ok(())
    }
}
