//! The matchConditions: when the API server asks, and when it need not.
//!
//! Every expression says when Lessor **is** asked, so one that is false spares
//! the call and an error with `Fail` refuses the request. `object` is null on
//! DELETE, `oldObject` on CREATE, and what CONNECT carries has no metadata;
//! empty fields of `request` are absent. Optional syntax is available from
//! Kubernetes 1.29.

use super::callers::{STATUS_WRITERS, controller_username};
use super::cel::{
    NO_NEW_FINALIZERS, SAME_METADATA, SUBRESOURCE, administers, any_of, caller_is, caller_is_node,
    is_resource, quoted,
};
use super::install::Install;
use super::table::{NOT_INTERCEPTED, Row, entries};
use crate::api::PlatformController;
use crate::names;

/// One matchCondition.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    /// Qualified name, unique within a webhook; the API server logs it.
    pub name: &'static str,
    /// The CEL expression.
    pub expression: fn(&Install) -> String,
}

macro_rules! conditions {
    ($($(#[$doc:meta])* $constant:ident = $name:literal, $expression:expr;)*) => {
        $($(#[$doc])* pub(super) const $constant: Condition =
            Condition { name: $name, expression: $expression };)*
    };
}

conditions! {
    /// The caller may administer tenants.
    ADMINISTRATOR = "administrator", |_| administers();
    /// The caller may not.
    NOT_ADMINISTRATOR = "not-administrator", |_| format!("!{}", administers());
    /// Lessor's own writes never need Lessor. Pods are not exempt: the controller
    /// deletes them and never makes one. Its canary asks as another account.
    NOT_LESSOR = "not-lessor", |install| {
        format!("request.userInfo.username != {}", quoted(&controller_username(install)))
    };
    /// A Pod's update means something: status heartbeats do not.
    POD_CHANGED = "pod-changed", |_| {
        format!("request.operation != 'UPDATE' || object.?spec != oldObject.?spec \
            || !({SAME_METADATA} && {NO_NEW_FINALIZERS})")
    };
    /// The scheduler binds Pods, without labels but those of the node's
    /// topology, which the API server copies into the binding (KEP-4742).
    NOT_BOUND_BY_SCHEDULER = "not-bound-by-scheduler", |_| {
        format!("!({SUBRESOURCE} == 'binding' && {} \
            && object.metadata.?labels.orValue({{}}).all(k, \
            k in ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone']) \
            && object.metadata.?annotations.orValue({{}}).size() == 0)",
            caller_is(&[PlatformController::Scheduler], &[]))
    };
    /// Kubelets delete Pods that have ended.
    NOT_DELETED_BY_NODE = "not-deleted-by-node", |_| {
        format!("!(request.operation == 'DELETE' && {})", caller_is_node())
    };
    /// Pods leave a lost node, end with their owner and yield to more important ones.
    NOT_POD_COLLECTED = "not-collected", |install| {
        format!("!(request.operation == 'DELETE' && ({} || {}))",
            caller_is(&[
                PlatformController::Namespace,
                PlatformController::GarbageCollector,
                PlatformController::PodGarbageCollector,
                PlatformController::Node,
                PlatformController::Scheduler,
            ], &[]),
            format_args!("request.userInfo.username == {}", quoted(&controller_username(install))))
    };
    /// What has no owner any more goes; the deletion of the owner was judged.
    NOT_COLLECTED = "not-collected", |_| {
        format!("!(request.operation == 'DELETE' && {})",
            caller_is(&[PlatformController::Namespace, PlatformController::GarbageCollector], &[]))
    };
    /// The ServiceAccount `default` of a new Namespace.
    NOT_DEFAULT_SERVICE_ACCOUNT = "not-default-service-account", |_| {
        format!("!({} && {SUBRESOURCE} == '' && {})", is_resource("", "serviceaccounts"),
            caller_is(&[PlatformController::ServiceAccount], &[]))
    };
    /// Kubelets renew the tokens of running Pods; `NodeRestriction` binds them.
    NOT_NODE_TOKEN = "not-node-token", |_| {
        format!("!({} && {SUBRESOURCE} == 'token' && {})", is_resource("", "serviceaccounts"),
            caller_is_node())
    };
    /// The same for the certificates of running Pods.
    NOT_NODE_CERTIFICATE = "not-node-certificate", |_| {
        format!("!({} && {})", is_resource("certificates.k8s.io", "podcertificaterequests"),
            caller_is_node())
    };
    /// Usage in a ResourceQuota's status is what is enforced: only the API
    /// server and the quota controller write it.
    NOT_QUOTA_STATUS_BY_CONTROLLER = "not-quota-status-by-controller", |_| {
        format!("!({SUBRESOURCE} == 'status' && {SAME_METADATA} && {})",
            caller_is(&[PlatformController::ApiServer, PlatformController::ResourceQuota], &[]))
    };
    /// Some key of Lessor's is on the object, before or after. On DELETE and
    /// CREATE one of the two is null.
    TOUCHES_LESSOR_KEYS = "touches-lessor-keys", |_| {
        let prefix = quoted(names::KEY_PREFIX);
        format!("[object, oldObject].exists(o, o != null && \
            (o.metadata.?labels.orValue({{}}).exists(k, k.startsWith({prefix})) \
            || o.metadata.?annotations.orValue({{}}).exists(k, k.startsWith({prefix})) \
            || o.metadata.?ownerReferences.orValue([]).exists(r, r.apiVersion.startsWith({prefix}))))")
    };
    /// The status of an object is its controllers' business, its metadata is not.
    STATUS_CHANGES_METADATA = "status-changes-metadata", |_| {
        format!("{SUBRESOURCE} != 'status' || !({SAME_METADATA} && {NO_NEW_FINALIZERS})")
    };
    /// A Namespace that was emptied goes.
    NOT_FINALIZED_BY_CONTROLLER = "not-finalized-by-controller", |_| {
        format!("!({SUBRESOURCE} == 'finalize' && {} && {SAME_METADATA})",
            caller_is(&[PlatformController::Namespace], &[]))
    };
    /// As [`STATUS_CHANGES_METADATA`]; a Service's status routes traffic to
    /// whatever address it names (CVE-2020-8554).
    OBJECT_STATUS_CHANGED = "status-changed", |_| {
        format!("{SUBRESOURCE} != 'status' || !({SAME_METADATA} && {NO_NEW_FINALIZERS}) \
            || ({} && object.?status != oldObject.?status)", is_resource("", "services"))
    };
    /// Controllers write status, with annotations at times.
    NOT_STATUS_BY_CONTROLLER = "not-status-by-controller", |install| {
        format!("!({SUBRESOURCE} == 'status' && {})",
            caller_is(&STATUS_WRITERS, &install.platform_users))
    };
    /// Where a Service's traffic goes.
    NOT_ENDPOINTS_BY_CONTROLLER = "not-endpoints-by-controller", |install| {
        format!("!(({} || {}) && {})", is_resource("", "endpoints"),
            is_resource("discovery.k8s.io", "endpointslices"),
            caller_is(&[
                PlatformController::Endpoint,
                PlatformController::EndpointSlice,
                PlatformController::EndpointSliceMirroring,
            ], &install.platform_users))
    };
    /// The ConfigMap by which Pods know the API server.
    NOT_ROOT_CA = "not-root-ca", |_| {
        format!("!({} && request.?name.orValue('') == 'kube-root-ca.crt' && {})",
            is_resource("", "configmaps"), caller_is(&[PlatformController::RootCaPublisher], &[]))
    };
    /// A Deployment moves replicas between `ReplicaSets`; their templates stay.
    NOT_SCALED_BY_DEPLOYMENT = "not-scaled-by-deployment", |_| {
        format!("!({} && request.operation == 'UPDATE' && {} \
            && object.?spec.?template == oldObject.?spec.?template \
            && object.metadata.?labels == oldObject.metadata.?labels \
            && object.metadata.?ownerReferences == oldObject.metadata.?ownerReferences)",
            is_resource("apps", "replicasets"), caller_is(&[PlatformController::Deployment], &[]))
    };
    /// What a controller made is never mutated: it would be changed back.
    NOT_CONTROLLED = "not-controlled", |_| {
        "!object.metadata.?ownerReferences.orValue([])\
            .exists(r, r.?controller.orValue(false))".to_owned()
    };
    /// Another entry of the table names the resource.
    NOT_IN_OTHER_ENTRIES = "not-in-other-entries", |_| not_in_other_entries();
    /// The table exempts the resource.
    NOT_EXEMPT_RESOURCE = "not-exempt-resource", |_| {
        let exempt = NOT_INTERCEPTED.iter().filter(|e| !e.resource.contains('/'));
        format!("!{}", any_of(exempt.map(|e| is_resource(e.group, e.resource))))
    };
    /// Finalizers alone never need Lessor; else it could not be taken away.
    MORE_THAN_FINALIZERS = "more-than-finalizers", |_| {
        format!("request.operation != 'UPDATE' || {SUBRESOURCE} == 'status' \
            || object.?spec != oldObject.?spec || !({SAME_METADATA})")
    };
    /// A volume is claimed, or claimed by another.
    CLAIM_CHANGED = "claim-changed", |_| {
        "request.operation == 'CREATE' ? object.?spec.?claimRef.hasValue() \
            : object.?spec.?claimRef != oldObject.?spec.?claimRef".to_owned()
    };
}

/// From the table itself, so that a row that moves cannot be judged twice or never.
fn not_in_other_entries() -> String {
    let named = |row: &'static Row| {
        row.groups.iter().flat_map(|group| {
            row.resources.iter().filter(|r| !r.contains('/')).map(|r| is_resource(group, r))
        })
    };
    let mut resources: Vec<_> = entries()
        .flat_map(|entry| entry.rows)
        .filter(|row| !row.is_rest() && row.scope == super::table::Scope::Namespaced)
        .flat_map(named)
        .collect();
    resources.sort_unstable();
    resources.dedup();
    format!("!{}", any_of(resources))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_excludes_what_others_name_and_nothing_else() {
        let expression = not_in_other_entries();
        for resource in ["'pods'", "'bindings'", "'secrets'", "'networkpolicies'", "'rolebindings'"]
        {
            assert!(expression.contains(resource), "{expression}");
        }
        assert!(!expression.contains("'services'"));
        assert!(!expression.contains("'namespaces'"));
    }
}
