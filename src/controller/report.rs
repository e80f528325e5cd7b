//! Says what was done: the status, and Events on transitions.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::ResourceExt as _;
use kube::core::error_boundary::InvalidObject;
use kube::runtime::events::{Event, EventType};
use serde_json::{Value, json};

use super::context::{Context, ReconcileError};
use super::writer::with_version;
use crate::api::{NamespaceStatus, Tenant, TenantStatus};
use crate::provision::is_terminating;

/// Conditions whose transitions are Events.
const TOLD: [&str; 2] = ["Ready", "Suspended"];

/// The status of one Tenant on its way through one pass.
pub(super) struct Report<'a> {
    context: &'a Context,
    tenant: &'a Tenant,
    resource_version: Option<String>,
    status: TenantStatus,
}

impl<'a> Report<'a> {
    pub(super) fn new(context: &'a Context, tenant: &'a Tenant) -> Self {
        Self {
            context,
            tenant,
            resource_version: tenant.metadata.resource_version.clone(),
            status: tenant.status.clone().unwrap_or_default(),
        }
    }

    /// Records which names are about to be the Tenant's.
    pub(super) async fn intend(
        &mut self,
        namespaces: Vec<NamespaceStatus>,
    ) -> Result<(), ReconcileError> {
        self.write(TenantStatus { namespaces, ..self.status.clone() }).await
    }

    /// Records how far one namespace is.
    pub(super) async fn record(&mut self, entry: NamespaceStatus) -> Result<(), ReconcileError> {
        let mut status = self.status.clone();
        match status.namespaces.iter_mut().find(|known| known.name == entry.name) {
            Some(known) => *known = entry,
            None => status.namespaces.push(entry),
        }
        self.write(status).await
    }

    /// Writes the status of the whole pass and tells of transitions.
    pub(super) async fn conclude(&mut self, status: TenantStatus) -> Result<(), ReconcileError> {
        let before = self.status.conditions.clone();
        self.write(status).await?;
        for name in TOLD {
            let find = |conditions: &[Condition]| {
                conditions.iter().find(|condition| condition.type_ == name).cloned()
            };
            if let Some(now) = find(&self.status.conditions) {
                self.tell(find(&before).as_ref(), &now).await;
            }
        }
        Ok(())
    }

    /// Writes the status if it differs from the one written last. It carries the
    /// resourceVersion, so that a pass over an old state, or an old leader, fails.
    async fn write(&mut self, status: TenantStatus) -> Result<(), ReconcileError> {
        if status == self.status {
            return Ok(());
        }
        let patch = json!({"status": difference(&self.status, &status)});
        let patch = with_version(self.resource_version.as_deref(), patch);
        let name = self.tenant.name_any();
        let written = self.context.writer.patch_tenant(&name, Some("status"), &patch).await?;
        self.resource_version = version(&written);
        self.status = status;
        Ok(())
    }

    async fn tell(&self, before: Option<&Condition>, now: &Condition) {
        let is_news = match before {
            Some(before) => {
                before.status != now.status
                    || (now.status == "False" && before.reason != now.reason)
            }
            None => now.type_ == "Ready" || now.status == "True",
        };
        if !is_news {
            return;
        }
        let name = self.tenant.name_any();
        tracing::info!(
            tenant = name,
            condition = now.type_,
            status = now.status,
            reason = now.reason,
            message = now.message,
            "condition changed"
        );
        let is_good =
            now.status == "True" || now.type_ == "Suspended" || is_terminating(&self.status);
        let event = Event {
            type_: if is_good { EventType::Normal } else { EventType::Warning },
            reason: now.reason.clone(),
            note: Some(now.message.clone()),
            action: "Reconcile".to_owned(),
            secondary: None,
        };
        let reference = kube::Resource::object_ref(self.tenant, &());
        if let Err(error) = self.context.recorder.publish(&event, &reference).await {
            tracing::warn!(tenant = name, %error, "an event could not be published");
        }
    }
}

/// The new status as a merge patch over the old one: a field that is absent now
/// has to be taken away by name.
fn difference(old: &TenantStatus, new: &TenantStatus) -> Value {
    let fields = |status: &TenantStatus| serde_json::to_value(status).unwrap_or_default();
    let mut patch = fields(new);
    for field in fields(old).as_object().into_iter().flat_map(serde_json::Map::keys) {
        if patch.get(field).is_none() {
            patch[field] = Value::Null;
        }
    }
    patch
}

/// The resourceVersion of an answer.
pub(super) fn version(object: &Value) -> Option<String> {
    object["metadata"]["resourceVersion"].as_str().map(str::to_owned)
}

/// A Tenant that cannot even be read is only logged: there is no status that
/// could be written over it without loss.
pub(super) fn unreadable(tenant: &InvalidObject) {
    tracing::error!(
        tenant = tenant.metadata.name.as_deref().unwrap_or_default(),
        error = tenant.error,
        "the Tenant cannot be read; what was applied last stays"
    );
}
