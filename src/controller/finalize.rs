//! The end of a Tenant, one step a call.

use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt as _;
use kube::runtime::controller::Action;
use serde_json::{Value, json};

use super::context::{Context, ReconcileError};
use super::observe;
use super::prune::delete_all;
use super::report::Report;
use super::writer::with_version;
use crate::api::{DeletionPolicy, Tenant};
use crate::names;
use crate::provision::{
    Claim, Delete, DeletingNamespace, DeletionStep, Kind, ObjectKey, ObservedDeletion,
    ObservedNamespace, claim, is_live, is_terminating, next, terminating,
};

/// How long until waiting is looked at again; most ends are seen by a watch before.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How long until the next step.
const NEXT_STEP: Duration = Duration::from_millis(20);

/// Whether the Tenant carries Lessor's finalizer.
pub(super) fn is_held(tenant: &Tenant) -> bool {
    tenant.finalizers().iter().any(|finalizer| finalizer == names::FINALIZER)
}

/// Adds the finalizer, before anything is created; returns the Tenant with it.
pub(super) async fn hold(context: &Context, tenant: &Tenant) -> Result<Tenant, ReconcileError> {
    let mut finalizers = tenant.finalizers().to_vec();
    finalizers.push(names::FINALIZER.to_owned());
    let written = patch_finalizers(context, tenant, &finalizers).await?;
    serde_json::from_value(written)
        .map_err(|error| ReconcileError::Refused(kube::Error::SerdeError(error)))
}

/// Does the next step of a Tenant's end.
pub(super) async fn advance(context: &Context, tenant: &Tenant) -> Result<Action, ReconcileError> {
    if !is_held(tenant) {
        return Ok(Action::await_change());
    }
    let mut report = Report::new(context, tenant);
    let mut tell = async |message: &str| {
        let generation = tenant.metadata.generation.unwrap_or_default();
        let previous = tenant.status.clone().unwrap_or_default();
        let now = Timestamp::now();
        report.conclude(terminating(generation, &previous, message.to_owned(), now)).await
    };
    match next(&observed(context, tenant).await?) {
        DeletionStep::Close => {
            tell("new Pods are refused").await?;
            Ok(Action::requeue(NEXT_STEP))
        }
        DeletionStep::Delete(phase, deletes) => {
            tell(phase.message()).await?;
            delete_all(context, &deletes).await?;
            Ok(Action::requeue(NEXT_STEP))
        }
        DeletionStep::Wait(phase) => {
            tell(phase.message()).await?;
            Ok(Action::requeue(LOOK_AGAIN))
        }
        DeletionStep::DropFinalizer => {
            let mut finalizers = tenant.finalizers().to_vec();
            finalizers.retain(|finalizer| finalizer != names::FINALIZER);
            patch_finalizers(context, tenant, &finalizers).await?;
            let recorded = tenant.status.iter().flat_map(|status| &status.namespaces);
            for uid in recorded.filter_map(|entry| entry.uid.as_deref()) {
                context.canaries.forget(uid);
            }
            tracing::info!(tenant = tenant.name_any(), "the Tenant is gone");
            Ok(Action::await_change())
        }
    }
}

async fn patch_finalizers(
    context: &Context,
    tenant: &Tenant,
    finalizers: &[String],
) -> Result<Value, ReconcileError> {
    let patch = json!({"metadata": {"finalizers": finalizers}});
    let patch = with_version(tenant.metadata.resource_version.as_deref(), patch);
    Ok(context.writer.patch_tenant(&tenant.name_any(), None, &patch).await?)
}

/// Lists what is left. Reads the API server and not the watches: what was
/// created a moment ago must not be forgotten.
async fn observed(context: &Context, tenant: &Tenant) -> Result<ObservedDeletion, ReconcileError> {
    let status = tenant.status.clone().unwrap_or_default();
    let policy = tenant.spec.deletion_policy;
    let mut namespaces = Vec::new();
    for name in observe::namespaces(tenant) {
        let key = ObjectKey::new(Kind::Namespace, "", &name);
        let Some(object) = context.writer.get(&key).await? else { continue };
        // An annotation gives a namespace to a living Tenant; it is no ground to delete it.
        let found = ObservedNamespace {
            annotations: std::collections::BTreeMap::new(),
            ..observe::observed_namespace(&object)
        };
        let recorded = status.namespaces.iter().find(|entry| entry.name == name);
        let uid = tenant.metadata.uid.as_deref().unwrap_or_default();
        let is_system = context.options.facts.is_system_namespace(&name);
        let is_own = matches!(
            claim(&tenant.name_any(), uid, recorded, Some(&found)),
            Claim::Own { .. } | Claim::Terminating { .. }
        );
        if is_own && !is_system {
            let is_retained =
                !tenant.spec.namespaces.is_empty() && !tenant.spec.namespaces.contains(&name);
            let is_kept = is_retained || policy == DeletionPolicy::Retain;
            let mut left = left(context, tenant, &name, is_kept).await?;
            left.is_retained = is_retained;
            left.namespace = Delete::of(&key, &object).filter(|_| !found.deleting);
            namespaces.push(left);
        }
    }
    Ok(ObservedDeletion { policy, is_closed: is_terminating(&status), namespaces })
}

async fn left(
    context: &Context,
    tenant: &Tenant,
    namespace: &str,
    is_kept: bool,
) -> Result<DeletingNamespace, ReconcileError> {
    let mut left = DeletingNamespace { name: namespace.to_owned(), ..Default::default() };
    let list = |kind: Kind| context.writer.list(kind, namespace);
    let name = tenant.name_any();
    let is_ours = |object: &Value| {
        let labels = &object["metadata"]["labels"];
        labels[names::MANAGED_LABEL] == names::TRUE && labels[names::TENANT_LABEL] == name.as_str()
    };
    for kind in Kind::MANAGED {
        let objects = list(kind).await?;
        let ours = objects.iter().filter(|(_, object)| is_ours(object) && !is_leaving(object));
        let deletes = ours.filter_map(|(key, object)| Delete::of(key, object));
        match kind {
            Kind::RoleBinding => left.access.extend(deletes),
            Kind::Secret => left.secrets.extend(deletes),
            _ => left.policies.extend(deletes),
        }
    }
    if is_kept {
        return Ok(left);
    }
    for kind in Kind::WORKLOADS {
        for (key, object) in list(kind).await? {
            if kind == Kind::Pod && is_live(&object) {
                left.live_pods += 1;
            }
            left.workloads.extend(Delete::of(&key, &object).filter(|_| !is_leaving(&object)));
        }
    }
    for (key, object) in list(Kind::PersistentVolumeClaim).await? {
        if is_leaving(&object) {
            left.claims_leaving += 1;
        } else {
            left.claims.extend(Delete::of(&key, &object));
        }
    }
    let volumes = context.writer.list(Kind::PersistentVolume, "").await?;
    left.volumes_leaving = volumes
        .iter()
        .map(|(_, volume)| &volume["spec"])
        .filter(|spec| spec["claimRef"]["namespace"] == namespace)
        .filter(|spec| spec["persistentVolumeReclaimPolicy"] == "Delete")
        .count();
    Ok(left)
}

fn is_leaving(object: &Value) -> bool {
    !object["metadata"]["deletionTimestamp"].is_null()
}
