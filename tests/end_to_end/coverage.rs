//! Everything that this API server serves in namespaces has a rule, or a
//! written reason why it has none.

use anyhow::{Result, ensure};
use lessor::rules::{Coverage, covers};
use serde_json::Value;

use super::world::World;
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.steady("every_served_resource_is_covered", every_served_resource_is_covered);
}

/// Namespaced resources and subresources that are served: group, version, name.
pub(super) async fn served(world: &World) -> Result<Vec<(String, String, String)>> {
    let mut found = Vec::new();
    let mut versions = vec![(String::new(), "v1".to_owned(), "/api/v1".to_owned())];
    let groups = world.stored("/apis").await?;
    for group in groups["groups"].as_array().into_iter().flatten() {
        for version in group["versions"].as_array().into_iter().flatten() {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let path = format!("/apis/{}", text(&version["groupVersion"]));
            versions.push((text(&group["name"]), text(&version["version"]), path));
        }
    }
    for (group, version, path) in versions {
        let list = world.stored(&path).await?;
        for resource in list["resources"].as_array().into_iter().flatten() {
            let name = resource["name"].as_str().unwrap_or_default().to_owned();
            if resource["namespaced"] == true {
                found.push((group.clone(), version.clone(), name));
            }
        }
    }
    Ok(found)
}

async fn every_served_resource_is_covered(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let served = served(&world).await?;
    ensure!(served.len() > 60, "only {} resources are served", served.len());
    let foreign = ["cert-manager.io", "external-secrets.io"];
    let unknown: Vec<_> = served
        .iter()
        .filter(|(group, _, _)| !foreign.contains(&group.as_str()))
        .filter(|(group, _, name)| covers(group, name) == Coverage::Unknown)
        .collect();
    ensure!(unknown.is_empty(), "served and in no row: {unknown:?}");
    let seen = |group: &str, name: &str| matches!(covers(group, name), Coverage::Intercepted(_));
    for (group, name) in [("", "pods"), ("", "pods/exec"), ("apps", "deployments/scale")] {
        ensure!(seen(group, name), "{group}/{name}");
        ensure!(served.iter().any(|(g, _, n)| g == group && n == name), "{group}/{name}");
    }
    // Namespaces and Lessor's own kinds are cluster-scoped and named by the table.
    for (group, name) in [
        ("", "namespaces"),
        ("", "namespaces/status"),
        ("", "namespaces/finalize"),
        ("lessor.io", "tenants"),
        ("lessor.io", "tenants/status"),
        ("lessor.io", "tenantclasses"),
        ("lessor.io", "policies"),
        ("lessor.io", "policies/status"),
        ("lessor.io", "exemptions"),
    ] {
        ensure!(seen(group, name), "{group}/{name}");
    }
    Ok(())
}
