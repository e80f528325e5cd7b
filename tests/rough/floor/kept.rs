//! Somebody meddles with the floor.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use lessor::names::FLOOR;
use serde_json::{Value, json};

use crate::eventually::eventually;
use crate::rough::api::Server;
use crate::suite::{Suite, Test};

const GROUP: &str = "/apis/admissionregistration.k8s.io/v1";
const VERSION: &str = "lessor.io/rules-version";
/// Enforcement must not be off for longer.
const RESTORED: Duration = Duration::from_secs(5);
/// The leader looks every three seconds.
const TWO_LOOKS: Duration = Duration::from_secs(7);
/// The API server's own controllers, on a busy machine.
const SOON: Duration = Duration::from_secs(40);

pub(super) fn register(suite: &mut Suite) {
    suite.rough("floor_is_sound_and_steady", floor_is_sound_and_steady);
    suite.rough("floor_is_restored", floor_is_restored);
    suite.rough("floor_of_a_newer_lessor_stays", floor_of_a_newer_lessor_stays);
}

fn policy(name: &str) -> String {
    format!("{GROUP}/validatingadmissionpolicies/{name}")
}

fn binding(name: &str) -> String {
    format!("{GROUP}/validatingadmissionpolicybindings/{name}")
}

/// The API server finds nothing wrong with the expressions, and what is as it
/// shall be is not written again.
async fn floor_is_sound_and_steady(test: Test) -> Result<()> {
    test.lessor().await?;
    let admin = Server(test.plane.client());
    let mut versions = Vec::new();
    for name in FLOOR {
        let path = policy(name);
        let checked = eventually(SOON, async || {
            let policy = admin.get(&path).await?;
            let observed = &policy["status"]["observedGeneration"];
            ensure!(*observed == policy["metadata"]["generation"], "not checked yet: {policy}");
            Ok(policy)
        })
        .await
        .with_context(|| name.to_owned())?;
        let warnings = &checked["status"]["typeChecking"]["expressionWarnings"];
        ensure!(warnings.is_null(), "{name}: {warnings}");
        ensure!(checked["metadata"]["annotations"][VERSION].is_string(), "{checked}");
        versions.push((path, checked["metadata"]["resourceVersion"].clone()));
        let path = binding(name);
        let version = admin.get(&path).await?["metadata"]["resourceVersion"].clone();
        versions.push((path, version));
    }
    tokio::time::sleep(TWO_LOOKS).await;
    for (path, version) in versions {
        let now = admin.get(&path).await?;
        ensure!(now["metadata"]["resourceVersion"] == version, "written again: {now}");
    }
    Ok(())
}

type Meddling = (&'static str, fn(&mut Value));

const POLICIES: [Meddling; 5] = [
    ("fails open", |spec| spec["failurePolicy"] = json!("Ignore")),
    ("a rule less", |spec| {
        spec["validations"].as_array_mut().and_then(Vec::pop);
    }),
    ("a condition more", |spec| {
        spec["matchConditions"] = json!([{"name": "never", "expression": "false"}]);
    }),
    ("a narrower selector", |spec| {
        spec["matchConstraints"]["namespaceSelector"] = json!({"matchLabels": {"judged": "yes"}});
    }),
    ("another meaning of a variable", |spec| {
        spec["variables"][1]["expression"] = json!("true");
    }),
];

const BINDINGS: [Meddling; 2] = [
    ("only warns", |spec| spec["validationActions"] = json!(["Warn"])),
    ("a selector", |spec| {
        spec["matchResources"] = json!({"namespaceSelector": {"matchLabels": {"judged": "yes"}}});
    }),
];

async fn floor_is_restored(test: Test) -> Result<()> {
    let lessor = test.lessor().await?;
    let admin = Server(test.plane.client());
    for (path, meddlings) in [(policy(FLOOR[1]), &POLICIES[..]), (binding(FLOOR[0]), &BINDINGS[..])]
    {
        let good = admin.get(&path).await?;
        for (what, meddle) in meddlings {
            // The API server's own controller writes the status at any time.
            eventually(SOON, async || {
                let mut meddled = admin.get(&path).await?;
                meddle(&mut meddled["spec"]);
                let meddled = admin.replace(&path, &meddled).await?;
                ensure!(meddled["spec"] != good["spec"], "{what} changed nothing");
                Ok(())
            })
            .await?;
            restored(&admin, &path, &good).await.with_context(|| format!("{path}: {what}"))?;
        }
    }
    let mut good = Vec::new();
    for path in FLOOR.iter().flat_map(|name| [policy(name), binding(name)]) {
        good.push((path.clone(), admin.get(&path).await?));
        admin.delete(&path).await?;
    }
    for (path, good) in &good {
        restored(&admin, path, good).await.with_context(|| format!("{path}: deleted"))?;
    }
    lessor.enforcing().await
}

async fn restored(admin: &Server, path: &str, good: &Value) -> Result<()> {
    let began = Instant::now();
    eventually(RESTORED, async || {
        let now = admin.get(path).await?;
        ensure!(now["spec"] == good["spec"], "not restored: {}", now["spec"]);
        Ok(())
    })
    .await?;
    ensure!(began.elapsed() < RESTORED + Duration::from_millis(500), "{:?}", began.elapsed());
    Ok(())
}

/// An old leader that still runs during an upgrade puts nothing over newer rules.
async fn floor_of_a_newer_lessor_stays(test: Test) -> Result<()> {
    let lessor = test.lessor().await?;
    let admin = Server(test.plane.client());
    let path = policy(FLOOR[4]);
    let good = admin.get(&path).await?;
    let newer = eventually(SOON, async || {
        let mut newer = admin.get(&path).await?;
        newer["metadata"]["annotations"][VERSION] = json!("999");
        newer["spec"]["validations"].as_array_mut().and_then(Vec::pop);
        Ok(admin.replace(&path, &newer).await?)
    })
    .await?;
    tokio::time::sleep(TWO_LOOKS).await;
    let now = admin.get(&path).await?;
    ensure!(now["spec"] == newer["spec"], "overwritten: {now}");
    ensure!(now["metadata"]["annotations"][VERSION] == "999", "{now}");
    admin.delete(&path).await?;
    restored(&admin, &path, &good).await?;
    lessor.enforcing().await
}
