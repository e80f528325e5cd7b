//! Single acts of an uninstallation, against the API server.

use std::fmt;
use std::time::Duration;

use anyhow::{Context as _, bail};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{Namespace, Pod};
use k8s_openapi::api::rbac::v1::ClusterRoleBinding;
use kube::api::{
    Api, ApiResource, DeleteParams, DynamicObject, GroupVersionKind, ListParams, Patch,
    PatchParams, Preconditions,
};
use kube::{Client, ResourceExt};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::api::Tenant;
use crate::names;
use crate::provision::Kind;
use crate::rules::{ObjectRef, Removal};

/// How long objects may take to go; a namespace takes some seconds.
const GONE: Duration = Duration::from_mins(2);
/// Selects the controller's Pods.
const CONTROLLERS: &str = "app.kubernetes.io/name=lessor,app.kubernetes.io/component=controller";
/// A controller finishes what it has begun, and a lease that nobody renews ends
/// after 15 seconds.
const LED: Duration = Duration::from_secs(45);
const PAUSE: Duration = Duration::from_millis(500);

/// One thing to do.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// Scale a Deployment to zero.
    Scale(ObjectRef),
    /// Delete the object with this UID.
    Delete(ObjectRef, String),
    /// Take the finalizer off a Tenant.
    Release(String, Vec<String>),
    /// Take Lessor's keys off a Namespace.
    Unlabel(String),
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scale(object) => write!(f, "scale {object} to zero"),
            Self::Delete(object, _) => write!(f, "delete {object}"),
            Self::Release(tenant, _) => write!(f, "take the finalizer off Tenant {tenant}"),
            Self::Unlabel(namespace) => write!(f, "take the labels off Namespace {namespace}"),
        }
    }
}

/// What finds and does them.
pub(super) struct Acts {
    client: Client,
}

impl Acts {
    pub(super) const fn new(client: Client) -> Self {
        Self { client }
    }

    /// The namespace that Lessor has its rights in, if it is another.
    pub(super) async fn installed_elsewhere(&self, here: &str) -> anyhow::Result<Option<String>> {
        let bindings: Api<ClusterRoleBinding> = Api::all(self.client.clone());
        let binding = bindings.get_opt(names::CONTROLLER_ACCOUNT).await?;
        let subjects = binding.and_then(|binding| binding.subjects).unwrap_or_default();
        let mut namespaces = subjects.into_iter().filter_map(|subject| subject.namespace);
        Ok(namespaces.find(|namespace| namespace != here))
    }

    /// Names of Tenants that are suspended.
    pub(super) async fn suspended(&self) -> anyhow::Result<Vec<String>> {
        let tenants = self.tenants().await?;
        let suspended = tenants.iter().filter(|tenant| tenant.data["spec"]["suspended"] == true);
        Ok(suspended.map(ResourceExt::name_any).collect())
    }

    /// Names of Namespaces that are labelled for a tenant.
    pub(super) async fn namespaces(&self) -> anyhow::Result<Vec<String>> {
        Ok(self.labelled().await?.iter().map(ResourceExt::name_any).collect())
    }

    async fn labelled(&self) -> anyhow::Result<Vec<Namespace>> {
        let namespaces: Api<Namespace> = Api::all(self.client.clone());
        let labelled = ListParams::default().labels(names::TENANT_LABEL);
        Ok(namespaces.list(&labelled).await?.items)
    }

    /// Tenants as they are stored, readable or not; none where their kind is gone.
    async fn tenants(&self) -> anyhow::Result<Vec<DynamicObject>> {
        let tenants = Api::all_with(self.client.clone(), &ApiResource::erase::<Tenant>(&()));
        match tenants.list(&ListParams::default()).await {
            // A kind that is not served is answered without a reason.
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(Vec::new()),
            list => Ok(list.context("Tenants")?.items),
        }
    }

    /// What a step has left to do.
    pub(super) async fn pending(&self, step: &Removal) -> anyhow::Result<Vec<Act>> {
        match step {
            Removal::Stop(object) => {
                let found = self.find(object).await?;
                let runs = found.is_some_and(|found| found.data["spec"]["replicas"] != 0);
                Ok(runs.then(|| Act::Scale(object.clone())).into_iter().collect())
            }
            Removal::Delete(objects) => {
                let mut acts = Vec::new();
                for object in objects {
                    if let Some(uid) = self.find(object).await?.and_then(|found| found.uid()) {
                        acts.push(Act::Delete(object.clone(), uid));
                    }
                }
                Ok(acts)
            }
            Removal::ReleaseTenants => {
                let tenants = self.tenants().await?;
                let released = tenants.iter().filter_map(|tenant| {
                    let all = tenant.finalizers();
                    let others: Vec<_> =
                        all.iter().filter(|one| *one != names::FINALIZER).cloned().collect();
                    (others.len() < all.len()).then(|| Act::Release(tenant.name_any(), others))
                });
                Ok(released.collect())
            }
            Removal::TakeBack { keep_isolation } => self.managed(*keep_isolation).await,
        }
    }

    /// Managed objects, access first and network policies last, and then the
    /// labels by which they are found.
    async fn managed(&self, keep_isolation: bool) -> anyhow::Result<Vec<Act>> {
        let access = [Kind::RoleBinding, Kind::Secret];
        let isolation = [Kind::LimitRange, Kind::ResourceQuota, Kind::NetworkPolicy];
        let mut acts = Vec::new();
        for namespace in self.labelled().await? {
            let name = namespace.name_any();
            let tenant = namespace.labels().get(names::TENANT_LABEL).cloned().unwrap_or_default();
            let kinds = access.iter().chain(isolation.iter().filter(|_| !keep_isolation));
            for kind in kinds {
                let selector = format!(
                    "{}={},{}={tenant}",
                    names::MANAGED_LABEL,
                    names::TRUE,
                    names::TENANT_LABEL
                );
                let object = |name: String, of: &str| ObjectRef {
                    api_version: kind.api_version(),
                    kind: kind.name().to_owned(),
                    namespace: Some(of.to_owned()),
                    name,
                };
                let api = self.api(&object(String::new(), &name));
                for found in api.list(&ListParams::default().labels(&selector)).await?.items {
                    let uid = found.uid().unwrap_or_default();
                    acts.push(Act::Delete(object(found.name_any(), &name), uid));
                }
            }
            if !keep_isolation {
                acts.push(Act::Unlabel(name));
            }
        }
        Ok(acts)
    }

    /// Does one thing. What is gone meanwhile is fine.
    pub(super) async fn perform(&self, act: &Act) -> anyhow::Result<()> {
        let merge = PatchParams::default();
        let done = match act {
            Act::Scale(object) => {
                let namespace = object.namespace.as_deref().unwrap_or_default();
                let deployments: Api<Deployment> = Api::namespaced(self.client.clone(), namespace);
                let zero = Patch::Merge(json!({"spec": {"replicas": 0}}));
                deployments.patch(&object.name, &merge, &zero).await.map(drop)
            }
            Act::Delete(object, uid) => {
                let uid = (!uid.is_empty()).then(|| uid.clone());
                let params = DeleteParams {
                    preconditions: Some(Preconditions { uid, resource_version: None }),
                    ..DeleteParams::background()
                };
                self.api(object).delete(&object.name, &params).await.map(drop)
            }
            Act::Release(tenant, others) => {
                let tenants: Api<DynamicObject> =
                    Api::all_with(self.client.clone(), &ApiResource::erase::<Tenant>(&()));
                let patch = Patch::Merge(json!({"metadata": {"finalizers": others}}));
                tenants.patch(tenant, &merge, &patch).await.map(drop)
            }
            Act::Unlabel(namespace) => {
                let namespaces: Api<Namespace> = Api::all(self.client.clone());
                let none = Patch::Merge(json!({"metadata": {
                    "labels": {names::TENANT_LABEL: null, names::TENANT_UID_LABEL: null},
                    "annotations": {names::ADOPT_ANNOTATION: null},
                }}));
                namespaces.patch(namespace, &merge, &none).await.map(drop)
            }
        };
        match done {
            Err(kube::Error::Api(status)) if status.is_not_found() => Ok(()),
            done => Ok(done?),
        }
    }

    /// Waits until a step has come to its end.
    pub(super) async fn settle(&self, step: &Removal, acts: &[Act]) -> anyhow::Result<()> {
        if let Removal::Stop(object) = step {
            return self.nobody_leads(object.namespace.as_deref().unwrap_or_default()).await;
        }
        let began = Instant::now();
        for act in acts {
            let Act::Delete(object, uid) = act else { continue };
            while self.find(object).await?.is_some_and(|found| found.uid().as_ref() == Some(uid)) {
                if began.elapsed() > GONE {
                    bail!("{object} does not go; see what holds it, then run again");
                }
                sleep(PAUSE).await;
            }
        }
        Ok(())
    }

    /// A controller gives its lease back when it stops; one outside of the
    /// cluster has to be stopped by hand.
    async fn nobody_leads(&self, namespace: &str) -> anyhow::Result<()> {
        let leases: Api<Lease> = Api::namespaced(self.client.clone(), namespace);
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), namespace);
        let controllers = ListParams::default().labels(CONTROLLERS);
        let began = Instant::now();
        let mut first = None;
        loop {
            let lease = leases.get_opt(names::LEADER_LEASE).await?;
            let Some((holder, renewed)) = lease.as_ref().and_then(holder) else { return Ok(()) };
            let is_renewed = *first.get_or_insert(renewed) != renewed;
            // Renewed though no Pod is left that could.
            let is_outside = is_renewed && pods.list(&controllers).await?.items.is_empty();
            if is_outside || began.elapsed() > LED {
                bail!("a controller still leads ({holder}): stop it, then run again");
            }
            sleep(PAUSE).await;
        }
    }

    async fn find(&self, object: &ObjectRef) -> anyhow::Result<Option<DynamicObject>> {
        self.api(object).get_opt(&object.name).await.with_context(|| object.to_string())
    }

    fn api(&self, object: &ObjectRef) -> Api<DynamicObject> {
        let (group, version) =
            object.api_version.split_once('/').unwrap_or(("", object.api_version.as_str()));
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, &object.kind));
        match &object.namespace {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &resource),
            None => Api::all_with(self.client.clone(), &resource),
        }
    }
}

/// Who holds a lease that has not run out, and since when.
fn holder(lease: &Lease) -> Option<(String, Timestamp)> {
    let spec = lease.spec.as_ref()?;
    let holder = spec.holder_identity.as_ref().filter(|holder| !holder.is_empty())?;
    let renewed = spec.renew_time.as_ref()?.0;
    let seconds = i64::from(spec.lease_duration_seconds.unwrap_or_default());
    let is_over = Timestamp::now() > renewed + SignedDuration::from_secs(seconds);
    (!is_over).then(|| (holder.clone(), renewed))
}
