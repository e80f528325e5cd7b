//! Kinds of a stock API server and of common add-ons, as far as an import has
//! to know where they live.

/// Kinds without a namespace, with their groups.
const CLUSTER: &[(&str, &[&str])] = &[
    ("", &["Namespace", "Node", "PersistentVolume", "ComponentStatus"]),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    ("authentication.k8s.io", &["TokenReview", "SelfSubjectReview"]),
    (
        "authorization.k8s.io",
        &["SubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview"],
    ),
    ("cert-manager.io", &["ClusterIssuer"]),
    ("certificates.k8s.io", &["CertificateSigningRequest", "ClusterTrustBundle"]),
    ("flowcontrol.apiserver.k8s.io", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("gateway.networking.k8s.io", &["GatewayClass"]),
    ("networking.k8s.io", &["IngressClass", "IPAddress", "ServiceCIDR"]),
    ("node.k8s.io", &["RuntimeClass"]),
    ("policy", &["PodSecurityPolicy"]),
    ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding"]),
    ("resource.k8s.io", &["DeviceClass", "ResourceSlice"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    ("snapshot.storage.k8s.io", &["VolumeSnapshotClass", "VolumeSnapshotContent"]),
    (
        "storage.k8s.io",
        &["StorageClass", "VolumeAttachment", "CSIDriver", "CSINode", "VolumeAttributesClass"],
    ),
    ("templates.gatekeeper.sh", &["ConstraintTemplate"]),
];

/// Namespaced kinds that policies look up, with the group and version under
/// which the API server lists them.
const NAMESPACED: &[(&str, &str, &[&str])] = &[
    (
        "",
        "v1",
        &[
            "ConfigMap",
            "Endpoints",
            "LimitRange",
            "PersistentVolumeClaim",
            "Pod",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
    ),
    ("apps", "v1", &["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
    ("autoscaling", "v2", &["HorizontalPodAutoscaler"]),
    ("batch", "v1", &["CronJob", "Job"]),
    ("discovery.k8s.io", "v1", &["EndpointSlice"]),
    ("gateway.networking.k8s.io", "v1", &["Gateway", "GRPCRoute", "HTTPRoute"]),
    ("networking.k8s.io", "v1", &["Ingress", "NetworkPolicy"]),
    ("policy", "v1", &["PodDisruptionBudget"]),
    ("rbac.authorization.k8s.io", "v1", &["Role", "RoleBinding"]),
];

/// Groups and versions that a stock API server of 1.33 has no more.
const GONE: &[(&str, &[&str])] = &[
    ("apps", &["v1beta1", "v1beta2"]),
    ("autoscaling", &["v2beta1", "v2beta2"]),
    ("batch", &["v1beta1", "v2alpha1"]),
    ("discovery.k8s.io", &["v1beta1"]),
    ("extensions", &["v1beta1"]),
    ("networking.k8s.io", &["v1beta1"]),
    ("policy", &["v1beta1"]),
    ("rbac.authorization.k8s.io", &["v1alpha1", "v1beta1"]),
];

/// Whether objects of this kind have no namespace, as far as is known. With
/// `*` for the group, whether that is so in any group.
pub(super) fn is_cluster_scoped(group: &str, kind: &str) -> bool {
    CLUSTER.iter().any(|(known, kinds)| (*known == group || group == "*") && kinds.contains(&kind))
}

/// Group and version of a well-known kind of a tenant.
pub(super) fn well_known(kind: &str) -> Option<(&'static str, &'static str)> {
    let found = NAMESPACED.iter().find(|(_, _, kinds)| kinds.contains(&kind));
    found.map(|(group, version, _)| (*group, *version))
}

/// Whether the API server has this group and version no more.
pub(super) fn is_gone(group: &str, version: &str) -> bool {
    GONE.iter().any(|(known, versions)| *known == group && versions.contains(&version))
}
