//! Lessor is taken away; tenants' data stay.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tokio::process::Command;

use super::api::Server;
use super::tenants::{In, config_map, pod};
use crate::controlplane::ControlPlane;
use crate::installation::{CONTROLLER, Installation, NAMESPACE, SECRETS, lessor};
use crate::suite::{Suite, Test};

const READY: Duration = Duration::from_secs(40);
/// Kinds of which nothing of Lessor's is left.
const KINDS: [&str; 7] = [
    "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
    "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
    "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
];

pub(super) fn register(suite: &mut Suite) {
    suite.rough("uninstalled_by_command", |test| on_a_plane(test, by_command));
    suite.rough("uninstalled_but_isolated", |test| on_a_plane(test, but_isolated));
    suite.rough("uninstalled_by_kubectl", |test| on_a_plane(test, by_kubectl));
}

async fn on_a_plane<F: Future<Output = Result<()>>>(
    test: Test,
    body: impl FnOnce(Arc<Installation>) -> F,
) -> Result<()> {
    let plane = Arc::new(ControlPlane::start(&test.prefix).await?);
    let outcome = async {
        let lessor = Arc::new(Installation::start(plane.clone()).await?);
        settle(&lessor).await?;
        body(lessor).await
    }
    .await;
    if outcome.is_err() {
        plane.keep_logs(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("logs-uninstall"))?;
    }
    plane.stop()?;
    outcome
}

/// Two tenants with data, one of them on its way out already.
async fn settle(lessor: &Installation) -> Result<()> {
    let admin = Server(lessor.plane.client());
    let source = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"},
        "stringData": {"password": "p"}});
    admin.create(&In(SECRETS).core("secrets"), &source).await?;
    lessor
        .apply(
            "{apiVersion: lessor.io/v1, kind: TenantClass, metadata: {name: data}, spec: {\
             roles: [admin], secrets: [{name: db, keys: [password]}], quota: {pods: '10'}, \
             limits: {default: {memory: 64Mi}}}}",
        )
        .await?;
    for name in ["acme", "globex"] {
        let tenant = format!(
            "{{apiVersion: lessor.io/v1, kind: Tenant, metadata: {{name: {name}}}, spec: \
             {{class: data, namespaces: [{name}, {name}-dev], \
             members: [{{role: admin, kind: Group, name: people}}], \
             secrets: [{{name: db, from: {{secret: db}}}}]}}}}"
        );
        crate::eventually::eventually(READY, async || lessor.apply(&tenant).await).await?;
        lessor.ready(name, READY).await?;
        let here = In(name);
        admin.create(&here.core("configmaps"), &config_map("data")).await?;
        admin.create(&here.core("pods"), &pod("app")).await?;
        let own = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "own"},
            "stringData": {"key": "value"}});
        admin.create(&here.core("secrets"), &own).await?;
    }
    Ok(())
}

/// Runs `lessor uninstall` as an administrator: exit code, output, errors.
async fn uninstall(plane: &ControlPlane, args: &[&str]) -> Result<(i32, String, String)> {
    let output = Command::new(lessor())
        .arg("uninstall")
        .args(args)
        .env("KUBECONFIG", plane.kubeconfig())
        .stdin(Stdio::null())
        .output()
        .await?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().context("killed")?;
    Ok((code, text(&output.stdout), text(&output.stderr)))
}

/// The API servers' objects that Lessor has put there.
async fn installed(admin: &Server) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for kind in KINDS {
        let list = format!("{kind}?labelSelector=app.kubernetes.io%2Fname%3Dlessor");
        for object in admin.list(&list).await? {
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            found.push(format!("{kind}/{name}"));
        }
    }
    Ok(found)
}

/// Nothing of Lessor's is left, and everything of the tenants'.
async fn gone(admin: &Server) -> Result<()> {
    let left = installed(admin).await?;
    ensure!(left.is_empty(), "left: {left:?}");
    ensure!(!admin.exists(&format!("/api/v1/namespaces/{NAMESPACE}")).await?, "still there");
    let roles = format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{SECRETS}/roles");
    ensure!(admin.list(&roles).await?.is_empty(), "a role in {SECRETS}");
    admin.get(&In(SECRETS).core("secrets/db")).await.context("sources are the administrators'")?;
    for name in ["acme", "globex"] {
        let here = In(name);
        for object in ["configmaps/data", "pods/app", "secrets/own"] {
            admin.get(&here.core(object)).await.with_context(|| format!("{name} {object}"))?;
        }
        let namespace = admin.get(&format!("/api/v1/namespaces/{name}-dev")).await?;
        ensure!(namespace["status"]["phase"] == "Active", "{namespace}");
        let level = &namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"];
        ensure!(level == "restricted", "{namespace}");
    }
    // Nobody judges any more.
    admin.create(&In("acme").core("configmaps"), &config_map("lessor-mine")).await?;
    Ok(())
}

/// Managed objects of a namespace, by kind.
async fn managed(admin: &Server, namespace: &str) -> Result<Vec<String>> {
    let here = In(namespace);
    let mut found = Vec::new();
    for (group, kind) in [
        ("", "secrets"),
        ("", "resourcequotas"),
        ("", "limitranges"),
        ("networking.k8s.io", "networkpolicies"),
        ("rbac.authorization.k8s.io", "rolebindings"),
    ] {
        let all = if group.is_empty() { here.core(kind) } else { here.group(group, kind) };
        let list = admin.list(&format!("{all}?labelSelector=lessor.io%2Fmanaged")).await?;
        if !list.is_empty() {
            found.push(kind.to_owned());
        }
    }
    Ok(found)
}

async fn labels(admin: &Server, namespace: &str) -> Result<Value> {
    let namespace = admin.get(&format!("/api/v1/namespaces/{namespace}")).await?;
    Ok(namespace["metadata"]["labels"].clone())
}

async fn by_command(lessor: Arc<Installation>) -> Result<()> {
    let plane = &lessor.plane;
    let admin = Server(plane.client());
    let before = installed(&admin).await?;
    ensure!(before.len() > 20, "{before:?}");
    let (code, shown, said) = uninstall(plane, &["--dry-run"]).await?;
    ensure!(code == 0, "{code} {said}");
    for line in [
        "scale Deployment lessor-system/lessor-controller to zero",
        "delete ValidatingWebhookConfiguration lessor",
        "delete ValidatingAdmissionPolicy lessor-pods",
        "take the finalizer off Tenant acme",
        "delete NetworkPolicy acme-dev/lessor-default-deny",
        "take the labels off Namespace globex",
        "delete CustomResourceDefinition tenants.lessor.io",
        "delete Namespace lessor-system",
    ] {
        ensure!(shown.lines().any(|shown| shown == line), "no {line:?} in\n{shown}");
    }
    ensure!(!shown.contains("Namespace lessor-secrets"), "{shown}");
    let (code, _, said) = uninstall(plane, &[]).await?;
    ensure!(code == 2 && said.contains("run again with --yes"), "{code} {said}");
    let (code, _, said) = uninstall(plane, &["--yes", "--namespace=elsewhere"]).await?;
    ensure!(code == 2 && said.contains("--namespace lessor-system"), "{code} {said}");
    ensure!(installed(&admin).await? == before, "something is gone already");
    lessor.enforcing().await?;

    // This controller is no Pod: nothing that scales a Deployment ends it.
    let (code, _, said) = uninstall(plane, &["--yes"]).await?;
    ensure!(code == 2 && said.contains("a controller still leads"), "{code} {said}");
    ensure!(admin.exists(super::configurations::VALIDATING).await?, "the order is wrong");
    plane.stop_component(CONTROLLER).await?;
    let (code, done, said) = uninstall(plane, &["--yes"]).await?;
    ensure!(code == 0, "{code} {said}");
    ensure!(done.contains("Lessor is gone"), "{done}");
    gone(&admin).await?;
    for namespace in ["acme", "acme-dev", "globex", "globex-dev"] {
        let left = managed(&admin, namespace).await?;
        ensure!(left.is_empty(), "{namespace}: {left:?}");
        let labels = labels(&admin, namespace).await?;
        ensure!(!labels.to_string().contains("lessor.io/"), "{labels}");
    }
    let (code, again, said) = uninstall(plane, &["--yes"]).await?;
    ensure!(code == 0 && again.contains("nothing left to do"), "{code} {again} {said}");
    Ok(())
}

/// What isolates stays, also when the first run broke off in the middle.
async fn but_isolated(lessor: Arc<Installation>) -> Result<()> {
    let plane = &lessor.plane;
    let admin = Server(plane.client());
    plane.stop_component(CONTROLLER).await?;
    // A finalizer of somebody else's holds the kind up until it is taken off.
    let held = json!({"metadata": {"finalizers": ["lessor.io/tenant", "example.com/held"]}});
    admin.merge("/apis/lessor.io/v1/tenants/acme", &held).await?;
    let mut broken = Command::new(crate::installation::lessor());
    broken.args(["uninstall", "--keep-isolation", "--yes"]);
    broken.env("KUBECONFIG", plane.kubeconfig()).stdout(Stdio::null()).kill_on_drop(true);
    let mut broken = broken.spawn()?;
    let tenant = async || {
        let tenant = admin.get("/apis/lessor.io/v1/tenants/acme").await?;
        ensure!(tenant["metadata"]["deletionTimestamp"].is_string(), "not that far: {tenant}");
        ensure!(tenant["metadata"]["finalizers"] == json!(["example.com/held"]), "{tenant}");
        Ok(())
    };
    crate::eventually::eventually(READY, tenant).await?;
    broken.kill().await?;
    let none = json!({"metadata": {"finalizers": null}});
    admin.merge("/apis/lessor.io/v1/tenants/acme", &none).await?;

    let (code, done, said) = uninstall(plane, &["--keep-isolation", "--yes"]).await?;
    ensure!(code == 0, "{code} {said}");
    ensure!(done.contains("still labelled for their tenants: acme, acme-dev"), "{done}");
    gone(&admin).await?;
    for namespace in ["acme", "acme-dev"] {
        let left = managed(&admin, namespace).await?;
        ensure!(left == ["resourcequotas", "limitranges", "networkpolicies"], "{left:?}");
        ensure!(labels(&admin, namespace).await?["lessor.io/tenant"] == "acme");
    }
    let policies = In("acme").group("networking.k8s.io", "networkpolicies");
    admin.get(&format!("{policies}/lessor-default-deny")).await?;
    let (code, again, said) = uninstall(plane, &["--keep-isolation", "--yes"]).await?;
    ensure!(code == 0 && again.contains("nothing left to do"), "{code} {again} {said}");
    Ok(())
}

/// The commands of the documentation, as they stand there.
async fn by_kubectl(lessor: Arc<Installation>) -> Result<()> {
    let plane = &lessor.plane;
    let admin = Server(plane.client());
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations.md");
    let page = std::fs::read_to_string(page)?;
    let section = page.split("### With kubectl").nth(1).context("no such section")?;
    let script = section.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next());
    let script = format!("set -euo pipefail\n{}", script.context("no commands")?);
    plane.stop_component(CONTROLLER).await?;
    let tools = plane.kubectl_program().parent().context("it has a folder")?;
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("bash")
        .args(["-c", &script])
        .env("PATH", format!("{}:{path}", tools.display()))
        .env("KUBECONFIG", plane.kubeconfig())
        .env("HOME", plane.folder())
        .stdin(Stdio::null())
        .output()
        .await?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}: {said}", output.status);
    gone(&admin).await?;
    for namespace in ["acme", "globex-dev"] {
        let left = managed(&admin, namespace).await?;
        ensure!(left.is_empty(), "{namespace}: {left:?}");
        let labels = labels(&admin, namespace).await?;
        ensure!(!labels.to_string().contains("lessor.io/"), "{labels}");
    }
    Ok(())
}
