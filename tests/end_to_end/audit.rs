//! What Lessor does to the API server, as the API server itself wrote down.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::Value;

use super::world::World;
use crate::controlplane::ControlPlane;
use crate::suite::{Suite, Test};

pub(super) fn register_quiet(suite: &mut Suite) {
    suite.steady("a_ready_tenant_is_left_alone", a_ready_tenant_is_left_alone);
}

pub(super) fn register_last(suite: &mut Suite) {
    suite.steady("no_right_is_missing", no_right_is_missing);
}

const ACCOUNTS: &str = "system:serviceaccount:lessor-system:";

/// Requests by Lessor's own accounts after `from` bytes of the audit log.
fn by_lessor(plane: &ControlPlane, from: u64) -> Result<Vec<Value>> {
    let mut file = std::fs::File::open(plane.log("audit"))?;
    file.seek(SeekFrom::Start(from))?;
    let mut found = Vec::new();
    for line in BufReader::new(file).lines() {
        // The last line may still be written.
        let Ok(event) = serde_json::from_str::<Value>(&line?) else { continue };
        if event["user"]["username"].as_str().is_some_and(|user| user.starts_with(ACCOUNTS)) {
            found.push(event);
        }
    }
    Ok(found)
}

fn shown(event: &Value) -> String {
    format!("{} {} by {}", event["verb"], event["requestURI"], event["user"]["username"])
}

/// Twenty seconds without a write about a tenant that is Ready. Other tests
/// change their own tenants meanwhile.
async fn a_ready_tenant_is_left_alone(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    world.plain_tenant().await?;
    // A round of the watch, so that the last event of its own has come back.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let plane = &world.test.plane;
    let from = std::fs::metadata(plane.log("audit"))?.len();
    tokio::time::sleep(Duration::from_secs(20)).await;
    let writes = ["create", "update", "patch", "delete", "deletecollection"];
    let installation = ["lessor-system", "lessor-secrets"];
    let noise = ["leases", "tokenreviews", "subjectaccessreviews"];
    let found: Vec<String> = by_lessor(plane, from)?
        .iter()
        .filter(|event| writes.iter().any(|verb| event["verb"] == *verb))
        .filter(|event| {
            let object = &event["objectRef"];
            let part = |name: &str| object[name].as_str().unwrap_or_default();
            let own = part("name") == world.name || part("namespace") == world.name;
            let cluster = installation.contains(&part("namespace"))
                || part("resource").ends_with("webhookconfigurations");
            (own || cluster) && !noise.contains(&part("resource"))
        })
        .map(shown)
        .collect();
    ensure!(found.is_empty(), "{} writes: {}", found.len(), found.join("; "));
    Ok(())
}

/// After everything the other tests did: nothing was forbidden to Lessor.
async fn no_right_is_missing(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    world.plain_tenant().await?;
    world.alone().await?;
    let events = by_lessor(&world.test.plane, 0)?;
    ensure!(events.len() > 10, "only {} requests are in the audit log", events.len());
    let mut missing: BTreeMap<String, usize> = BTreeMap::new();
    for event in &events {
        // The canary asks to be refused, as somebody else.
        let is_canary = event["impersonatedUser"].is_object();
        if event["responseStatus"]["code"] == 403 && !is_canary {
            let object = &event["objectRef"];
            let line = format!(
                "{} {} {}: {}",
                event["verb"],
                object["apiGroup"],
                object["resource"],
                event["responseStatus"]["message"]
            );
            *missing.entry(line).or_default() += 1;
        }
    }
    ensure!(missing.is_empty(), "{missing:#?}");
    Ok(())
}
