//! The TenantClass `default`: strict, and enough to work with.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::labels;
use crate::api::{LimitDefaults, PodAccess, QuantityMap, TenantClass, TenantClassSpec};
use crate::names;

/// The class of Tenants that name none.
///
/// Pod Security is `restricted`, Services are `ClusterIP`, no secret, peer,
/// address range, node pool or further kind is granted. All four ways into a
/// running Pod are open: only members hold the rights for them, an ephemeral
/// container is judged like any other, and a class without them sends its users
/// to look for a worse way. One `StorageClass`, `standard`, the name that most
/// clusters' default has. The quota suits a small team; limits keep a Pod that
/// names none schedulable, and there is no default CPU limit, which would only
/// throttle.
#[must_use]
pub fn default_class() -> TenantClass {
    let spec = TenantClassSpec {
        roles: ["admin", "edit", "view"].map(str::to_owned).to_vec(),
        storage_classes: vec!["standard".to_owned()],
        quota: quantities(&[
            ("count/cronjobs.batch", "50"),
            ("count/jobs.batch", "200"),
            ("persistentvolumeclaims", "50"),
            ("pods", "200"),
            ("requests.cpu", "20"),
            ("requests.memory", "64Gi"),
            ("requests.storage", "500Gi"),
            ("services", "100"),
            ("services.loadbalancers", "0"),
            ("services.nodeports", "0"),
        ]),
        limits: LimitDefaults {
            default: quantities(&[("memory", "512Mi")]),
            default_request: quantities(&[("cpu", "50m"), ("memory", "64Mi")]),
            max: QuantityMap::new(),
        },
        pod_access: vec![
            PodAccess::Exec,
            PodAccess::Attach,
            PodAccess::PortForward,
            PodAccess::EphemeralContainers,
        ],
        ..TenantClassSpec::default()
    };
    TenantClass {
        metadata: ObjectMeta {
            name: Some(names::DEFAULT_CLASS.to_owned()),
            labels: Some(labels("class")),
            ..ObjectMeta::default()
        },
        spec,
    }
}

fn quantities(pairs: &[(&str, &str)]) -> QuantityMap {
    pairs.iter().map(|(name, quantity)| ((*name).to_owned(), (*quantity).to_owned())).collect()
}
