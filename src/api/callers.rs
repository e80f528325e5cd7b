//! Who is exempt from what, by exact username.

use crate::names;

/// Identity of a controller manager whose controllers share one.
const SHARED_CONTROLLERS: &str = "system:kube-controller-manager";
/// Group that every kubelet is in, beside its username.
pub const NODE_GROUP: &str = "system:nodes";
/// Prefix of a kubelet's username; the rest is the node's name.
pub const NODE_PREFIX: &str = "system:node:";

/// A controller of the platform that keeps running tenants alive. Names are
/// those that kube-controller-manager gives its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlatformController {
    /// Writes Endpoints.
    Endpoint,
    /// Writes `EndpointSlices`.
    EndpointSlice,
    /// Copies hand-written Endpoints into `EndpointSlices`.
    EndpointSliceMirroring,
    /// Writes the ConfigMap `kube-root-ca.crt`.
    RootCaPublisher,
    /// Writes the ServiceAccount `default`.
    ServiceAccount,
    /// Empties and finalizes Namespaces.
    Namespace,
    /// Deletes what has no owner any more.
    GarbageCollector,
    /// Deletes Pods that ended or whose node is gone.
    PodGarbageCollector,
    /// Evicts Pods from nodes that went away.
    Node,
    /// Scales `ReplicaSets` of a Deployment.
    Deployment,
    /// Counts Pods of a ReplicaSet.
    ReplicaSet,
    /// Counts Pods of a `ReplicationController`.
    ReplicationController,
    /// Counts Pods of a StatefulSet.
    StatefulSet,
    /// Counts Pods of a DaemonSet.
    DaemonSet,
    /// Counts Pods of a Job.
    Job,
    /// Reports on `CronJobs`.
    CronJob,
    /// Reports on `PodDisruptionBudgets`.
    Disruption,
    /// Reports on `HorizontalPodAutoscalers`.
    Autoscaler,
    /// Counts what a ResourceQuota limits.
    ResourceQuota,
    /// Binds `PersistentVolumeClaims`.
    VolumeBinder,
    /// Grows volumes.
    VolumeExpander,
    /// Writes load balancer addresses into Services.
    Service,
    /// Reports on `ResourceClaims`.
    ResourceClaim,
    /// Attaches volumes to nodes.
    AttachDetach,
    /// Makes the claims of ephemeral volumes.
    EphemeralVolume,
    /// Lets go of volumes that nobody uses.
    VolumeProtection,
    /// Lets go of claims that nobody uses.
    ClaimProtection,
    /// Evicts Pods from tainted nodes.
    TaintEviction,
    /// Deletes Jobs that ended long ago.
    TtlAfterFinished,
    /// Labels and deletes token Secrets that nobody uses.
    TokenCleaner,
    /// Binds Pods to nodes, and preempts.
    Scheduler,
    /// The API server about itself: its admission plug-ins and eviction write
    /// the status of `ResourceQuotas` and `PodDisruptionBudgets`.
    ApiServer,
    /// A cloud's own controllers.
    Cloud,
}

impl PlatformController {
    /// Every one.
    pub const ALL: [Self; 33] = [
        Self::Endpoint,
        Self::EndpointSlice,
        Self::EndpointSliceMirroring,
        Self::RootCaPublisher,
        Self::ServiceAccount,
        Self::Namespace,
        Self::GarbageCollector,
        Self::PodGarbageCollector,
        Self::Node,
        Self::Deployment,
        Self::ReplicaSet,
        Self::ReplicationController,
        Self::StatefulSet,
        Self::DaemonSet,
        Self::Job,
        Self::CronJob,
        Self::Disruption,
        Self::Autoscaler,
        Self::ResourceQuota,
        Self::VolumeBinder,
        Self::VolumeExpander,
        Self::Service,
        Self::ResourceClaim,
        Self::AttachDetach,
        Self::EphemeralVolume,
        Self::VolumeProtection,
        Self::ClaimProtection,
        Self::TaintEviction,
        Self::TtlAfterFinished,
        Self::TokenCleaner,
        Self::Scheduler,
        Self::ApiServer,
        Self::Cloud,
    ];

    /// The usernames it appears under: its own ServiceAccount, and the identity
    /// that controllers share where the controller manager gives them none.
    #[must_use]
    pub fn usernames(self) -> Vec<String> {
        let name = match self {
            Self::Scheduler => return vec!["system:kube-scheduler".to_owned()],
            Self::ApiServer => return vec!["system:apiserver".to_owned()],
            Self::Cloud => {
                return vec![
                    "system:cloud-controller-manager".to_owned(),
                    service_account("kube-system", "cloud-controller-manager"),
                ];
            }
            Self::Endpoint => "endpoint-controller",
            Self::EndpointSlice => "endpointslice-controller",
            Self::EndpointSliceMirroring => "endpointslicemirroring-controller",
            Self::RootCaPublisher => "root-ca-cert-publisher",
            Self::ServiceAccount => "service-account-controller",
            Self::Namespace => "namespace-controller",
            Self::GarbageCollector => "generic-garbage-collector",
            Self::PodGarbageCollector => "pod-garbage-collector",
            Self::Node => "node-controller",
            Self::Deployment => "deployment-controller",
            Self::ReplicaSet => "replicaset-controller",
            Self::ReplicationController => "replication-controller",
            Self::StatefulSet => "statefulset-controller",
            Self::DaemonSet => "daemon-set-controller",
            Self::Job => "job-controller",
            Self::CronJob => "cronjob-controller",
            Self::Disruption => "disruption-controller",
            Self::Autoscaler => "horizontal-pod-autoscaler",
            Self::ResourceQuota => "resourcequota-controller",
            Self::VolumeBinder => "persistent-volume-binder",
            Self::VolumeExpander => "expand-controller",
            Self::Service => "service-controller",
            Self::ResourceClaim => "resource-claim-controller",
            Self::AttachDetach => "attachdetach-controller",
            Self::EphemeralVolume => "ephemeral-volume-controller",
            Self::VolumeProtection => "pv-protection-controller",
            Self::ClaimProtection => "pvc-protection-controller",
            Self::TaintEviction => "taint-eviction-controller",
            Self::TtlAfterFinished => "ttl-after-finished-controller",
            Self::TokenCleaner => "legacy-service-account-token-cleaner",
        };
        vec![service_account("kube-system", name), SHARED_CONTROLLERS.to_owned()]
    }
}

/// Exact usernames of the caller classes that settings name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callers {
    /// ServiceAccounts of Lessor.
    pub lessor: Vec<String>,
    /// Platform controllers and the scheduler, both with an identity each and
    /// with the one they share otherwise.
    pub platform: Vec<String>,
}

impl Callers {
    /// The defaults for a Lessor installed in `namespace`.
    #[must_use]
    pub fn of_namespace(namespace: &str) -> Self {
        let mut platform: Vec<String> =
            PlatformController::ALL.into_iter().flat_map(PlatformController::usernames).collect();
        platform.sort_unstable();
        platform.dedup();
        Self { lessor: vec![service_account(namespace, names::CONTROLLER_ACCOUNT)], platform }
    }
}

/// Username of a ServiceAccount.
#[must_use]
pub fn service_account(namespace: &str, name: &str) -> String {
    format!("system:serviceaccount:{namespace}:{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controllers_appear_under_their_own_and_the_shared_identity() {
        assert_eq!(
            PlatformController::Endpoint.usernames(),
            [
                "system:serviceaccount:kube-system:endpoint-controller",
                "system:kube-controller-manager"
            ]
        );
    }

    #[test]
    fn every_controller_is_exempt_by_its_exact_names() {
        let callers = Callers::of_namespace("lessor-system");
        for controller in PlatformController::ALL {
            for name in controller.usernames() {
                assert!(callers.platform.contains(&name), "{name}");
            }
        }
        let unique: std::collections::BTreeSet<_> = callers.platform.iter().collect();
        assert_eq!(unique.len(), callers.platform.len());
        assert_eq!(callers.lessor, ["system:serviceaccount:lessor-system:lessor-controller"]);
    }

    #[test]
    fn what_is_no_controller_of_the_manager_does_not_share_its_identity() {
        for one in [
            PlatformController::Scheduler,
            PlatformController::ApiServer,
            PlatformController::Cloud,
        ] {
            assert!(!one.usernames().iter().any(|name| name == SHARED_CONTROLLERS));
        }
    }
}
