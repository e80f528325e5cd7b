//! Lessor on a control plane, as an administrator installs it: the manifests
//! are applied with kubectl, and the webhook and the controller run as
//! processes with the rights of their own ServiceAccounts and no others.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::process::Command;

use crate::controlplane::{ControlPlane, free_ports, reach_loopback};
use crate::eventually::eventually;

/// The namespace that Lessor is installed in.
pub(crate) const NAMESPACE: &str = "lessor-system";
/// The namespace of secrets that classes may grant.
pub(crate) const SECRETS: &str = "lessor-secrets";
/// Component name of the webhook process.
pub(crate) const WEBHOOK: &str = "lessor-webhook";
/// Component name of the controller process.
pub(crate) const CONTROLLER: &str = "lessor-controller";
/// How long the first start of a process may take on a busy machine.
const START: Duration = Duration::from_mins(1);
/// Ranges that the tests say the cluster has.
pub(crate) const RANGES: [&str; 3] =
    ["--pod-cidr=10.244.0.0/16", "--service-cidr=10.0.0.0/24", "--node-cidr=192.168.0.0/24"];

/// One installation; there is one to a control plane.
pub(crate) struct Installation {
    pub(crate) plane: Arc<ControlPlane>,
    /// Port of the webhook.
    pub(crate) port: u16,
    /// Port of the webhook's probes and metrics.
    pub(crate) webhook_health: u16,
    /// Port of the controller's probes and metrics.
    pub(crate) controller_health: u16,
}

/// The program under test.
pub(crate) fn lessor() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_lessor"))
}

/// Runs the program to its end; standard output of a run that must succeed.
pub(crate) async fn run_lessor(args: &[&str]) -> Result<String> {
    let output = Command::new(lessor()).args(args).output().await?;
    ensure!(
        output.status.success(),
        "lessor {args:?}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

impl Installation {
    /// Installs Lessor and waits until it enforces.
    pub(crate) async fn start(plane: Arc<ControlPlane>) -> Result<Self> {
        let [port, webhook_health, controller_health] = free_ports()?;
        let this = Self { plane, port, webhook_health, controller_health };
        let manifests = this.manifests(&[]).await?;
        let apply = ["apply", "--server-side", "--field-manager=kubectl", "-f", "-"];
        // CRDs and what is of their kinds arrive together; what came too early comes again.
        eventually(START, async || {
            this.plane.kubectl_stdin(&apply, &manifests).await?.success().map(|_| ())
        })
        .await
        .context("applying the manifests")?;
        reach_loopback(this.plane.client(), NAMESPACE, WEBHOOK).await?;
        this.start_webhook().await?;
        this.start_controller(&[]).await?;
        this.enforcing().await?;
        Ok(this)
    }

    /// What `lessor manifests` prints for this installation.
    pub(crate) async fn manifests(&self, more: &[&str]) -> Result<String> {
        let port = format!("--webhook-port={}", self.port);
        let args = ["manifests", &port].into_iter().chain(RANGES).chain(more.iter().copied());
        run_lessor(&args.collect::<Vec<_>>()).await
    }

    /// A kubeconfig of one of Lessor's ServiceAccounts; every call makes another certificate.
    pub(crate) fn kubeconfig_of(&self, account: &str) -> Result<String> {
        let user = format!("system:serviceaccount:{NAMESPACE}:{account}");
        let group = format!("system:serviceaccounts:{NAMESPACE}");
        let path = self.plane.kubeconfig_for(&user, &["system:serviceaccounts", &group])?;
        Ok(path.display().to_string())
    }

    /// Starts the webhook process and waits until it is ready.
    pub(crate) async fn start_webhook(&self) -> Result<()> {
        let kubeconfig = format!("KUBECONFIG={}", self.kubeconfig_of("lessor-webhook")?);
        let listen = format!("--listen=127.0.0.1:{}", self.port);
        let health = format!("--health-listen=127.0.0.1:{}", self.webhook_health);
        let args = ["webhook", &listen, &health, "--drain-seconds=1"];
        let args: Vec<&str> = args.into_iter().chain(RANGES).collect();
        self.plane.run(WEBHOOK, &lessor(), &args, &[kubeconfig]).await?;
        Ok(())
    }

    /// Starts the controller process with further arguments.
    pub(crate) async fn start_controller(&self, more: &[&str]) -> Result<()> {
        let kubeconfig = format!("KUBECONFIG={}", self.kubeconfig_of("lessor-controller")?);
        let health = format!("--health-listen=127.0.0.1:{}", self.controller_health);
        let port = format!("--webhook-port={}", self.port);
        let args = ["controller", &health, &port];
        let args: Vec<&str> = args.into_iter().chain(RANGES).chain(more.iter().copied()).collect();
        self.plane.run(CONTROLLER, &lessor(), &args, &[kubeconfig]).await?;
        Ok(())
    }

    /// Waits until both processes are ready and the configurations trust the webhook.
    pub(crate) async fn enforcing(&self) -> Result<()> {
        eventually(START, async || {
            for port in [self.webhook_health, self.controller_health] {
                let (status, text) = get(port, "/readyz").await?;
                ensure!(status == 200, "port {port}: {status} {text}");
            }
            for kind in
                ["mutatingwebhookconfiguration/zz-lessor", "validatingwebhookconfiguration/lessor"]
            {
                let json = self.plane.kubectl(&["get", kind, "-o", "json"]).await?.success()?;
                let object: Value = serde_json::from_str(&json)?;
                let entries = object["webhooks"].as_array().cloned().unwrap_or_default();
                ensure!(!entries.is_empty(), "{kind} has no entries");
                ensure!(
                    entries.iter().all(|entry| entry["clientConfig"]["caBundle"].is_string()),
                    "{kind} has no caBundle yet"
                );
            }
            Ok(())
        })
        .await
        .context("waiting for Lessor")
    }

    /// Applies YAML as an administrator.
    pub(crate) async fn apply(&self, yaml: &str) -> Result<()> {
        self.plane.kubectl_stdin(&["apply", "--server-side", "-f", "-"], yaml).await?.success()?;
        Ok(())
    }

    /// Waits until a Tenant is Ready and returns it.
    pub(crate) async fn ready(&self, tenant: &str, within: Duration) -> Result<Value> {
        eventually(within, async || {
            let object = self.tenant(tenant).await?;
            let conditions = object["status"]["conditions"].as_array().cloned().unwrap_or_default();
            let ready = conditions
                .iter()
                .any(|condition| condition["type"] == "Ready" && condition["status"] == "True");
            ensure!(
                ready && object["status"]["observedGeneration"] == object["metadata"]["generation"],
                "tenant {tenant}: {}",
                object["status"]
            );
            Ok(object)
        })
        .await
    }

    /// A Tenant as stored.
    pub(crate) async fn tenant(&self, name: &str) -> Result<Value> {
        let json = self.plane.kubectl(&["get", "tenant", name, "-o", "json"]).await?.success()?;
        Ok(serde_json::from_str(&json)?)
    }

    /// Any object as stored.
    pub(crate) async fn stored(&self, namespace: &str, object: &str) -> Result<Value> {
        let args = ["get", "-n", namespace, object, "-o", "json"];
        Ok(serde_json::from_str(&self.plane.kubectl(&args).await?.success()?)?)
    }

    /// A kubeconfig of a person in a group.
    pub(crate) fn person(&self, name: &str, group: &str) -> Result<PathBuf> {
        self.plane.kubeconfig_for(name, &[group])
    }
}

/// A plain HTTP request to loopback: status and body.
pub(crate) async fn get(port: u16, path: &str) -> Result<(u16, String)> {
    use http_body_util::{BodyExt as _, Empty};
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await?;
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await?;
    let driver = tokio::spawn(connection);
    let request = hyper::Request::get(path)
        .header("host", "localhost")
        .header("connection", "close")
        .body(Empty::<hyper::body::Bytes>::new())?;
    let response = sender.send_request(request).await?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await?.to_bytes();
    driver.abort();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

/// Whether a path exists that a test needs.
pub(crate) fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(path)
}
