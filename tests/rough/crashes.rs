//! The controller dies after each of its writes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::api::Server;
use super::process::Process;
use super::tenants::{self, In, config_map, pod};
use crate::controlplane::free_ports;
use crate::eventually::eventually;
use crate::installation::{CONTROLLER, Installation, NAMESPACE, RANGES};
use crate::suite::{Suite, Test};

const READY: Duration = Duration::from_secs(40);
/// Namespaces take some seconds to go.
const GONE: Duration = Duration::from_secs(90);
/// Exit status of a controller that was told to die.
const CRASHED: i32 = 70;
/// Nothing that has two namespaces takes as many writes.
const ENDLESS: u32 = 80;
const MORE: &str = ", quota: {pods: \"20\"}, \
                    members: [{role: edit, kind: Group, name: developers}]";
/// What a tenant's namespace holds that is Lessor's business.
const KINDS: [(&str, &str); 7] = [
    ("", "resourcequotas"),
    ("", "limitranges"),
    ("", "serviceaccounts"),
    ("", "secrets"),
    ("networking.k8s.io", "networkpolicies"),
    ("rbac.authorization.k8s.io", "roles"),
    ("rbac.authorization.k8s.io", "rolebindings"),
];

pub(super) fn register(suite: &mut Suite) {
    suite.rough("crash_after_any_write_of_provisioning", |test| async {
        without_controller(test, provisioning).await
    });
    suite.rough("crash_after_every_write", |test| async {
        without_controller(test, every_write).await
    });
}

/// Controllers of a test's own, one at a time.
struct Crashes {
    lessor: std::sync::Arc<Installation>,
    admin: Server,
    prefix: String,
    kubeconfig: String,
}

/// Runs `body` while the installed controller is stopped.
async fn without_controller<F>(test: Test, body: impl FnOnce(Crashes) -> F) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    let lessor = test.lessor().await?;
    let kubeconfig = lessor.kubeconfig_of("lessor-controller")?;
    test.plane.stop_component(CONTROLLER).await?;
    let admin = Server(test.plane.client());
    let crashes =
        Crashes { lessor: lessor.clone(), admin, prefix: test.prefix.clone(), kubeconfig };
    let outcome = body(crashes).await;
    test.plane.start_component(CONTROLLER).await?;
    lessor.enforcing().await?;
    outcome
}

impl Crashes {
    fn start(&self, crash_after: Option<u32>) -> Result<Process> {
        let [health] = free_ports()?;
        let probes = format!("--health-listen=127.0.0.1:{health}");
        let crash = crash_after.map(|writes| format!("--crash-after-writes={writes}"));
        let mut args = vec!["controller", &probes, "--no-leader-election", "--no-configurations"];
        args.extend(RANGES);
        args.extend(crash.as_deref());
        Process::start(&args, Some(&self.kubeconfig), &self.lessor.plane.log(&self.prefix))
    }

    /// Applies a Tenant of two namespaces.
    async fn apply(&self, tenant: &str, more: &str) -> Result<()> {
        let namespaces = [tenant.to_owned(), format!("{tenant}-dev")];
        let namespaces: Vec<&str> = namespaces.iter().map(String::as_str).collect();
        tenants::apply(&self.lessor, tenant, &namespaces, &format!("{MORE}{more}")).await
    }

    async fn is_ready(&self, tenant: &str) -> Result<bool> {
        let tenant = self.admin.get(&path(tenant)).await?;
        let conditions = tenant["status"]["conditions"].as_array();
        Ok(conditions.into_iter().flatten().any(|c| c["type"] == "Ready" && c["status"] == "True"))
    }

    /// Lets a controller that does not die finish the Tenant.
    async fn finish(&self, tenant: &str) -> Result<()> {
        let mut controller = self.start(None)?;
        eventually(READY, async || {
            ensure!(self.is_ready(tenant).await?, "{tenant} is not Ready");
            Ok(())
        })
        .await?;
        controller.kill().await
    }

    /// Whether a controller that is to die after its `writes`-th write did. It
    /// did not if there was nothing left to write.
    async fn crash(&self, writes: u32, done: impl AsyncFn() -> Result<bool>) -> Result<bool> {
        let mut controller = self.start(Some(writes))?;
        let began = Instant::now();
        let mut done_at = None;
        loop {
            if let Some(status) = controller.ended()? {
                ensure!(status.code() == Some(CRASHED), "{status}: {}", controller.text());
                return Ok(true);
            }
            if done_at.is_none() && done().await? {
                done_at = Some(Instant::now());
            }
            // The write that made it so may be the last one it was to make.
            if done_at.is_some_and(|at: Instant| at.elapsed() > Duration::from_millis(600)) {
                controller.kill().await?;
                return Ok(false);
            }
            ensure!(began.elapsed() < GONE, "neither died nor finished: {}", controller.text());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Everything that is Lessor's, without what must differ from Tenant to Tenant.
    async fn state(&self, tenant: &str) -> Result<BTreeMap<String, Value>> {
        let mut state = BTreeMap::new();
        let object = self.admin.get(&path(tenant)).await?;
        let mut uids = vec![object["metadata"]["uid"].clone()];
        state.insert("tenant".to_owned(), object);
        for namespace in [tenant.to_owned(), format!("{tenant}-dev")] {
            let here = In(&namespace);
            let mut object = self.admin.get(&format!("/api/v1/namespaces/{namespace}")).await?;
            object["status"] = Value::Null;
            uids.push(object["metadata"]["uid"].clone());
            state.insert(namespace.clone(), object);
            for (group, kind) in KINDS {
                let list = match group {
                    "" => here.core(kind),
                    group => here.group(group, kind),
                };
                for mut object in self.admin.list(&list).await? {
                    let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
                    object["status"] = Value::Null;
                    state.insert(format!("{namespace}/{kind}/{name}"), object);
                }
            }
        }
        let uids: Vec<&str> = uids.iter().filter_map(Value::as_str).collect();
        let plain = |text: &str| {
            let text = text.replace(tenant, "TENANT");
            uids.iter().fold(text, |text, uid| text.replace(*uid, "UID"))
        };
        for value in state.values_mut() {
            normalise(value, &plain);
        }
        Ok(state.into_iter().map(|(key, value)| (plain(&key), value)).collect())
    }
}

/// Drops what differs between two runs of the same thing, and replaces names.
fn normalise(value: &mut Value, plain: &impl Fn(&str) -> String) {
    const DIFFERENT: [&str; 5] =
        ["uid", "resourceVersion", "creationTimestamp", "lastTransitionTime", "managedFields"];
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !DIFFERENT.contains(&name.as_str()));
            fields.values_mut().for_each(|value| normalise(value, plain));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| normalise(value, plain)),
        Value::String(text) => *text = plain(text),
        _ => {}
    }
}

fn path(tenant: &str) -> String {
    format!("/apis/lessor.io/v1/tenants/{tenant}")
}

fn same(found: &BTreeMap<String, Value>, reference: &BTreeMap<String, Value>) -> Result<()> {
    let keys: std::collections::BTreeSet<_> = found.keys().chain(reference.keys()).collect();
    for key in keys {
        let (found, reference) = (found.get(key), reference.get(key));
        ensure!(found == reference, "{key}: {found:?}\nwithout a crash: {reference:?}");
    }
    Ok(())
}

/// For every N: a fresh Tenant, a controller that dies after its N-th write, one
/// that does not; the end is that of a Tenant that nobody died over.
async fn provisioning(crashes: Crashes) -> Result<()> {
    let name = |number: u32| format!("{}-{number:02}", crashes.prefix);
    crashes.apply(&name(0), "").await?;
    crashes.finish(&name(0)).await?;
    let reference = crashes.state(&name(0)).await?;
    ensure!(reference.len() > 12, "{:?}", reference.keys());
    let began = Instant::now();
    let mut steps = 0;
    for writes in 1..ENDLESS {
        let tenant = name(writes);
        crashes.apply(&tenant, "").await?;
        let died = crashes.crash(writes, async || crashes.is_ready(&tenant).await);
        if !died.await.with_context(|| format!("write {writes}"))? {
            break;
        }
        steps = writes;
        crashes.finish(&tenant).await.with_context(|| format!("after write {writes}"))?;
        let state = crashes.state(&tenant).await?;
        same(&state, &reference).with_context(|| format!("after write {writes}"))?;
    }
    eprintln!("crashes: after each of {steps} writes, in {:.0} s", began.elapsed().as_secs_f64());
    ensure!((15..ENDLESS - 1).contains(&steps), "{steps} writes");
    deleted_nothing(&crashes)
}

/// Recovery never begins by taking isolation away.
fn deleted_nothing(crashes: &Crashes) -> Result<()> {
    let log = std::fs::read_to_string(crashes.lessor.plane.log("audit"))?;
    let user = format!("system:serviceaccount:{NAMESPACE}:lessor-controller");
    for line in log.lines().filter(|line| line.contains(&crashes.prefix)) {
        if line.contains(r#""verb":"delete""#) && line.contains(&user) {
            bail!("the controller deleted: {line}");
        }
    }
    Ok(())
}

/// A controller that never gets further than one write still gets a Tenant
/// there, and away again.
async fn every_write(crashes: Crashes) -> Result<()> {
    let (tenant, other) = (crashes.prefix.clone(), format!("{}-ref", crashes.prefix));
    let deletion = ", deletionPolicy: Delete";
    crashes.apply(&other, deletion).await?;
    crashes.finish(&other).await?;
    crashes.apply(&tenant, deletion).await?;
    let mut deaths = 0;
    while crashes.crash(1, async || crashes.is_ready(&tenant).await).await? {
        deaths += 1;
        ensure!(deaths < ENDLESS, "no end of deaths");
    }
    eprintln!("crashes: provisioned over {deaths} deaths");
    same(&crashes.state(&tenant).await?, &crashes.state(&other).await?)?;

    let here = In(&tenant);
    crashes.admin.create(&here.core("configmaps"), &config_map("settings")).await?;
    crashes.admin.create(&here.core("pods"), &pod("pending")).await?;
    crashes.admin.delete(&path(&tenant)).await?;
    let gone = async || Ok(!crashes.admin.exists(&path(&tenant)).await?);
    let mut deaths = 0;
    while crashes.crash(1, gone).await? {
        deaths += 1;
        ensure!(deaths < ENDLESS, "no end of deaths");
        if gone().await? {
            break;
        }
    }
    eprintln!("crashes: deleted over {deaths} deaths");
    ensure!(deaths > 5, "{deaths} writes");
    for namespace in [tenant.clone(), format!("{tenant}-dev")] {
        eventually(GONE, async || {
            let left = crashes.admin.exists(&format!("/api/v1/namespaces/{namespace}")).await?;
            ensure!(!left, "{namespace} is still there");
            Ok(())
        })
        .await?;
    }
    ensure!(crashes.is_ready(&other).await?, "the other Tenant suffered");
    let kept = json!({"spec": {"deletionPolicy": "Retain"}});
    crashes.admin.merge(&path(&other), &kept).await?;
    Ok(())
}
