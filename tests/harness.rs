//! The harness tests itself: what other tests take for granted about it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axum::extract::{Request, State};
use axum::http::Version;
use axum::routing::post;
use axum::{Json, Router};
use base64::{Engine, engine::general_purpose::STANDARD};
use lessor::tls::serve::{ServeOptions, serve};
use lessor::tls::{CertificateStore, ClientAuth};
use serde_json::{Value, json};

use crate::controlplane::{Binaries, Component, FakeKubelet, Guard, reach_loopback};
use crate::eventually::eventually;
use crate::suite::{Suite, Test};

pub(crate) fn register(suite: &mut Suite) {
    suite.plain("harness::eventually_says_why", eventually_says_why);
    suite.steady("harness::is_what_it_says", is_what_it_says);
    suite.steady("harness::knows_its_users", knows_its_users);
    suite.steady("harness::keeps_an_audit_log", keeps_an_audit_log);
    suite.steady("harness::reaches_webhooks_by_service", reaches_webhooks);
    suite.steady("harness::runs_pods_by_stand_in", runs_pods);
    suite.steady("harness::runs_other_programs", runs_other_programs);
    suite.steady("harness::killed_guard_leaves_no_process", killed_guard);
    suite.rough("harness::restarts_components", restarts_components);
    suite.rough("harness::killed_run_leaves_nothing", killed_run);
}

fn eventually_says_why() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let mut attempts = 0;
        let third = eventually(Duration::from_secs(5), async || {
            attempts += 1;
            ensure!(attempts == 3, "only {attempts}");
            Ok(attempts)
        });
        assert_eq!(third.await?, 3);
        let never = eventually(Duration::from_millis(50), async || -> Result<()> {
            anyhow::bail!("the reason")
        });
        let error = format!("{:#}", never.await.expect_err("never"));
        assert!(error.contains("not within 0.1 s"), "{error}");
        assert!(error.ends_with("the reason"), "{error}");
        Ok(())
    })
}

async fn is_what_it_says(test: Test) -> Result<()> {
    let plane = &test.plane;
    let version = plane.kubectl(&["version", "-o", "json"]).await?.success()?;
    let version: Value = serde_json::from_str(&version)?;
    for side in ["clientVersion", "serverVersion"] {
        assert_eq!(version[side]["gitVersion"], "v1.36.2", "{side}");
        assert_eq!(version[side]["minor"], "36", "{side}");
    }
    let config_map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: greeting}}";
    plane.kubectl_stdin(&["create", "-f", "-"], config_map).await?.success()?;
    let got = plane.kubectl(&["get", "cm", "greeting", "-o", "name"]);
    assert_eq!(got.await?.success()?, "configmap/greeting");
    Ok(())
}

async fn knows_its_users(test: Test) -> Result<()> {
    let (plane, prefix) = (&test.plane, &test.prefix);
    let (user, group) = (format!("{prefix}-alice"), format!("{prefix}-team"));
    let kubeconfig = plane.kubeconfig_for(&user, &["other", &group])?;
    let who = plane.kubectl_as(&kubeconfig, &["auth", "whoami", "-o", "json"]);
    let who: Value = serde_json::from_str(&who.await?.success()?)?;
    assert_eq!(who["status"]["userInfo"]["username"], json!(user));

    let client = plane.client_for(&user, &[]).await?;
    let version = client.apiserver_version().await?;
    assert_eq!(version.git_version, "v1.36.2");

    let list = ["get", "nodes"];
    let refused = plane.kubectl_as(&kubeconfig, &list).await?.failure()?;
    assert!(refused.contains("Forbidden"), "{refused}");
    let (role, subject) = ("--clusterrole=cluster-admin", format!("--group={group}"));
    plane.kubectl(&["create", "clusterrolebinding", prefix, role, &subject]).await?.success()?;
    eventually(Duration::from_secs(5), async || {
        plane.kubectl_as(&kubeconfig, &list).await?.success()
    })
    .await?;
    Ok(())
}

async fn keeps_an_audit_log(test: Test) -> Result<()> {
    let plane = &test.plane;
    plane.kubectl(&["create", "namespace", &test.prefix]).await?.success()?;
    eventually(Duration::from_secs(5), async || {
        let log = std::fs::read_to_string(plane.log("audit"))?;
        let line = log.lines().find(|line| {
            line.contains(r#""verb":"create""#) && line.contains(&format!("\"{}\"", test.prefix))
        });
        line.map(drop).context("no entry yet")
    })
    .await
}

/// Refuses everything and notes whether it was called as in a real cluster.
async fn refuse(State(http1): State<Arc<AtomicBool>>, request: Request) -> Json<Value> {
    http1.store(request.version() == Version::HTTP_11, Ordering::SeqCst);
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await;
    let review: Value = serde_json::from_slice(&body.unwrap_or_default()).unwrap_or_default();
    Json(json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "response": {
            "uid": review["request"]["uid"], "allowed": false,
            "status": {"message": "refused on loopback"},
        },
    }))
}

async fn reaches_webhooks(test: Test) -> Result<()> {
    let (plane, prefix) = (&test.plane, &test.prefix);
    // As an installation's manifests have it; the helper takes it over.
    let usual = json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": prefix}},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hook", "namespace": prefix},
         "spec": {"selector": {"app": "hook"}, "ports": [{"port": 443, "targetPort": 8443}]}},
    ]});
    plane.kubectl_stdin(&["apply", "-f", "-"], &usual.to_string()).await?.success()?;
    reach_loopback(plane.client(), prefix, "hook").await?;
    let dns = format!("hook.{prefix}.svc");
    let pair = plane.authority().server(&[&dns])?;
    let certificates = Arc::new(CertificateStore::new(ClientAuth::Off));
    certificates.replace(pair.certificate.as_bytes(), pair.key.as_bytes())?;
    let http1 = Arc::new(AtomicBool::new(false));
    let router = Router::new().route("/refuse", post(refuse)).with_state(http1.clone());
    let options = ServeOptions::new(([127, 0, 0, 1], 0).into());
    let server = serve(options, certificates, router).await?;
    let port = server.address().port();

    let configuration = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": prefix},
        "webhooks": [{
            "name": "refuse.lessor.io", "sideEffects": "None", "failurePolicy": "Fail",
            "admissionReviewVersions": ["v1"],
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": prefix}},
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"],
                       "resources": ["configmaps"]}],
            "clientConfig": {
                "caBundle": STANDARD.encode(plane.authority().certificate()),
                "service": {"namespace": prefix, "name": "hook", "port": port, "path": "/refuse"},
            },
        }],
    });
    plane.kubectl_stdin(&["create", "-f", "-"], &configuration.to_string()).await?.success()?;
    eventually(Duration::from_secs(10), async || {
        let create = ["create", "configmap", "dry", "--dry-run=server", "-n", prefix];
        let refused = plane.kubectl(&create).await?.failure()?;
        ensure!(refused.contains("refused on loopback"), "{refused}");
        Ok(())
    })
    .await?;
    server.drain(Duration::ZERO);
    assert!(http1.load(Ordering::SeqCst), "a Service is called by HTTP/1.1");
    Ok(())
}

async fn runs_pods(test: Test) -> Result<()> {
    let (plane, prefix) = (&test.plane, &test.prefix);
    let _kubelet = FakeKubelet::start(plane.client(), prefix).await?;
    plane.kubectl(&["create", "namespace", prefix]).await?.success()?;
    let deploy = ["create", "deployment", "web", "--image=web", "--replicas=2"];
    let here = ["-n", prefix];
    plane.kubectl(&[&deploy[..], &here].concat()).await?.success()?;
    let rolled = ["rollout", "status", "deployment/web", "--timeout=20s"];
    plane.kubectl(&[&rolled[..], &here].concat()).await?.success()?;
    let delete = ["delete", "deployment", "web", "--cascade=foreground", "--timeout=20s"];
    plane.kubectl(&[&delete[..], &here].concat()).await?.success()?;
    let list = ["get", "pods", "-o", "name"];
    let left = plane.kubectl(&[&list[..], &here].concat()).await?.success()?;
    assert_eq!(left, "", "deleted Pods are gone");
    Ok(())
}

async fn runs_other_programs(test: Test) -> Result<()> {
    let (plane, name) = (&test.plane, test.prefix.as_str());
    let args = ["-c", "echo $GREETING; exec sleep 1000"];
    let env = ["GREETING=hello".to_owned()];
    let pid = plane.run(name, Path::new("/bin/sh"), &args, &env).await?;
    assert_eq!(plane.pid(name), Some(pid));
    eventually(Duration::from_secs(5), async || {
        let log = std::fs::read_to_string(plane.log(name))?;
        ensure!(log == "hello\n", "{log}");
        Ok(())
    })
    .await?;
    plane.stop_component(name).await?;
    assert!(!alive(&pid.to_string()));
    let twice = plane.run(name, Path::new("/bin/sh"), &args, &env).await;
    assert!(twice.is_err(), "a name is given once");
    Ok(())
}

async fn restarts_components(test: Test) -> Result<()> {
    let plane = &test.plane;
    let before = plane.pid("kube-apiserver").context("it is running")?;
    plane.kill_component("kube-apiserver").await?;
    assert_eq!(plane.pid("kube-apiserver"), None);
    plane.kubectl(&["get", "ns"]).await?.failure()?;
    let after = plane.start_component("kube-apiserver").await?;
    assert_ne!(before, after);
    plane.ready().await?;
    plane.kubectl(&["get", "ns"]).await?.success()?;
    plane.stop_component("kube-controller-manager").await?;
    plane.start_component("kube-controller-manager").await?;
    Ok(())
}

/// A run that is killed cannot clean up; the guard does.
async fn killed_run(_: Test) -> Result<()> {
    let mut run = Command::new(std::env::current_exe()?)
        .arg("--playground")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let output = run.stdout.take().context("no output")?;
    let (mut pids, mut folder) = (Vec::new(), None);
    for line in BufReader::new(output).lines() {
        match line?.split_once('=').context("name=value")? {
            ("pid", pid) => pids.push(pid.to_owned()),
            ("folder", path) => folder = Some(path.to_owned()),
            ("ready", _) => break,
            _ => {}
        }
    }
    let folder = folder.context("it did not start")?;
    assert_eq!(pids.len(), 4, "three components and the guard: {pids:?}");
    assert!(pids.iter().all(|pid| alive(pid)) && Path::new(&folder).exists());
    // SIGKILL: no handler, no destructor, no chance to say anything.
    run.kill()?;
    run.wait()?;
    eventually(Duration::from_secs(10), async || {
        let left: Vec<_> = pids.iter().filter(|pid| alive(pid)).collect();
        ensure!(left.is_empty(), "still running: {left:?}");
        ensure!(!Path::new(&folder).exists(), "{folder} is still there");
        Ok(())
    })
    .await
}

/// Should the guard itself be killed, the kernel ends what it started.
async fn killed_guard(test: Test) -> Result<()> {
    let folder = test.plane.folder().join(&test.prefix);
    let guard = Guard::start(Binaries::find()?.guard(), &folder)?;
    let sleeper = Component {
        name: "sleeper".to_owned(),
        args: ["/bin/sleep", "1000"].map(str::to_owned).into(),
        env: Vec::new(),
        log: test.plane.log(&test.prefix),
    };
    let sleeper = guard.add(&sleeper).await?.to_string();
    assert!(alive(&sleeper));
    let kill = ["-KILL", &guard.process().to_string()];
    ensure!(Command::new("kill").args(kill).status()?.success());
    eventually(Duration::from_secs(5), async || {
        ensure!(!alive(&sleeper), "{sleeper} is still running");
        Ok(())
    })
    .await?;
    assert!(guard.finish().is_err(), "it did not end by itself");
    Ok(())
}

/// Whether a process exists and is more than a zombie that nobody has waited for.
fn alive(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(") ").next().unwrap_or_default().starts_with('Z'))
}
