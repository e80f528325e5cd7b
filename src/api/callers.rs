//! Who is exempt from what, by exact username.

use crate::names;

/// Controllers of kube-controller-manager that write in tenant namespaces, by
/// the ServiceAccount each has under `--use-service-account-credentials`.
const CONTROLLERS: [&str; 29] = [
    "attachdetach-controller",
    "cronjob-controller",
    "daemon-set-controller",
    "deployment-controller",
    "disruption-controller",
    "endpoint-controller",
    "endpointslice-controller",
    "endpointslicemirroring-controller",
    "ephemeral-volume-controller",
    "expand-controller",
    "generic-garbage-collector",
    "horizontal-pod-autoscaler",
    "job-controller",
    "namespace-controller",
    "node-controller",
    "persistent-volume-binder",
    "pod-garbage-collector",
    "pv-protection-controller",
    "pvc-protection-controller",
    "replicaset-controller",
    "replication-controller",
    "resource-claim-controller",
    "resourcequota-controller",
    "root-ca-cert-publisher",
    "service-account-controller",
    "service-controller",
    "statefulset-controller",
    "taint-eviction-controller",
    "ttl-after-finished-controller",
];

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
        let account =
            |namespace: &str, name: &str| format!("system:serviceaccount:{namespace}:{name}");
        let mut platform: Vec<String> =
            CONTROLLERS.iter().map(|name| account("kube-system", name)).collect();
        platform
            .extend(["system:kube-controller-manager", "system:kube-scheduler"].map(str::to_owned));
        Self { lessor: vec![account(namespace, names::CONTROLLER_ACCOUNT)], platform }
    }
}
