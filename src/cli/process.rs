//! What `run`, `webhook` and `controller` have in common: a process that
//! serves until it is told to stop.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use crate::cluster::{AccessReviews, SnapshotStore, caches, files, inventory};
use crate::policy::EvaluatorOptions;
use crate::settings::{CertificateSource, ClusterArgs, HealthArgs, ServingArgs};
use crate::snapshot::Snapshot;
use crate::telemetry::{DecisionLog, Metrics};
use crate::tls::rotate::{ServingNames, Validity, issue};
use crate::tls::{CertificateStore, ClientAuth, Reloader};
use crate::webhook::{self, Health, Reviewer};

use super::Verdict;
use super::controller::ControllerArgs;

/// Which parts a process has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Roles {
    pub(super) webhook: bool,
    pub(super) controller: bool,
}

/// A process against a cluster.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) roles: Roles,
    pub(super) cluster: ClusterArgs,
    pub(super) serving: Option<ServingArgs>,
    pub(super) certificates: CertificateSource,
    pub(super) health: HealthArgs,
    pub(super) controller: Option<ControllerArgs>,
}

impl Process {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        self.cluster.check()?;
        runtime()?.block_on(self.serve())
    }

    async fn serve(self) -> anyhow::Result<Verdict> {
        let client = client().await?;
        let metrics = Metrics::default();
        let shutdown = on_signal();
        let mut tasks = tokio::task::JoinSet::new();
        let mut parts = (None, None);
        if let Some(serving) = self.serving.as_ref().filter(|_| self.roles.webhook) {
            let initial = Snapshot::new(self.cluster.facts(), self.cluster.callers());
            let (store, changes) = SnapshotStore::followed(initial);
            tokio::spawn(inventory::follow(client.clone(), store.clone(), changes.clone()));
            tokio::spawn(caches::follow(client.clone(), changes));
            let certificates = Arc::new(CertificateStore::new(client_auth(serving)?));
            self.certify(&client, serving, &certificates, &metrics, &shutdown);
            parts = (Some(store), Some(certificates));
        }
        let health = Health::new(parts.0.clone(), parts.1.clone(), metrics.clone());
        let (address, probes) = (self.health.health_listen, health.clone());
        let ended = CancellationToken::new();
        let until = ended.clone();
        tasks.spawn(async move {
            webhook::serve_health(address, probes, until)
                .await
                .with_context(|| format!("health on {address}"))
        });
        if let (Some(serving), (Some(store), Some(certificates))) = (&self.serving, parts) {
            let reviewer = Reviewer::new(
                store,
                metrics.clone(),
                Some(AccessReviews::new(client.clone())),
                EvaluatorOptions::default(),
            );
            let reviewer = with_log(reviewer, serving, "-")?;
            let server = webhook::start(serving.listen, certificates, reviewer).await?;
            tracing::info!(address = %server.address(), "serving admission");
            let (drain, stop) = (serving.drain(), shutdown.clone());
            let ended = ended.clone();
            let controller = self.roles.controller;
            tasks.spawn(async move {
                webhook::until_drained(server, health, stop, drain).await;
                if !controller {
                    ended.cancel();
                }
                Ok(())
            });
        }
        if let Some(args) = self.controller.as_ref().filter(|_| self.roles.controller) {
            let options = args.options(&self.cluster, self.certificates, metrics);
            let (stop, ended) = (shutdown.clone(), ended.clone());
            tasks.spawn(async move {
                let result = crate::controller::run(client, options, stop).await;
                ended.cancel();
                result.context("the controller ended")
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.context("a task panicked")??;
        }
        Ok(Verdict::Clean)
    }

    fn certify(
        &self,
        client: &kube::Client,
        serving: &ServingArgs,
        certificates: &Arc<CertificateStore>,
        metrics: &Metrics,
        shutdown: &CancellationToken,
    ) {
        let (store, stop) = (Arc::clone(certificates), shutdown.clone());
        match serving.certs {
            CertificateSource::SelfManaged => {
                let (client, metrics) = (client.clone(), metrics.clone());
                let namespace = self.cluster.namespace.clone();
                tokio::spawn(async move {
                    webhook::follow_secret(client, &namespace, store, metrics, stop).await;
                });
            }
            CertificateSource::CertManager | CertificateSource::Files => {
                follow_directory(serving, store, metrics.clone(), stop);
            }
        }
    }
}

/// Serves admission from files alone.
pub(super) fn serve_files(
    paths: &[PathBuf],
    cluster: &ClusterArgs,
    serving: &ServingArgs,
    health: &HealthArgs,
) -> anyhow::Result<Verdict> {
    cluster.check()?;
    runtime()?.block_on(async {
        let manifests = with_default_class(files::read(paths)?)?;
        let snapshot = files::snapshot(&manifests, cluster.facts(), cluster.callers())?;
        let tenants = snapshot.tenants().count();
        let shutdown = on_signal();
        let metrics = Metrics::default();
        let certificates = Arc::new(CertificateStore::new(client_auth(serving)?));
        if serving.certs == CertificateSource::SelfManaged {
            let names =
                ServingNames::for_service(crate::names::WEBHOOK_SERVICE, &cluster.namespace)
                    .with_dns("localhost")
                    .with_ip([127, 0, 0, 1].into());
            let issued = issue(&names, &Validity::DEFAULT, jiff::Timestamp::now())?;
            certificates.replace(issued.cert_pem().as_bytes(), issued.key_pem().as_bytes())?;
            super::output::print(issued.ca_pem())?;
        } else {
            follow_directory(serving, Arc::clone(&certificates), metrics.clone(), shutdown.clone());
        }
        let store = SnapshotStore::fixed(snapshot);
        let state =
            Health::new(Some(store.clone()), Some(Arc::clone(&certificates)), metrics.clone());
        let reviewer = Reviewer::new(store, metrics, None, EvaluatorOptions::default());
        let reviewer = with_log(reviewer, serving, NO_LOG)?;
        let server = webhook::start(serving.listen, certificates, reviewer).await?;
        tracing::info!(address = %server.address(), tenants, "serving admission from files");
        let probes = tokio::spawn(webhook::serve_health(
            health.health_listen,
            state.clone(),
            shutdown.clone(),
        ));
        webhook::until_drained(server, state, shutdown, std::time::Duration::ZERO).await;
        probes.await.context("health")??;
        Ok(Verdict::Clean)
    })
}

/// In place of a path: no decision log.
const NO_LOG: &str = "none";

fn with_log(reviewer: Reviewer, serving: &ServingArgs, default: &str) -> anyhow::Result<Reviewer> {
    let path = serving.decision_log.clone().unwrap_or_else(|| PathBuf::from(default));
    if path.as_os_str() == NO_LOG {
        return Ok(reviewer);
    }
    let log = DecisionLog::open(&path, serving.decision_log_allows)
        .with_context(|| format!("the decision log {}", path.display()))?;
    Ok(reviewer.with_log(log))
}

/// Adds the shipped class unless the files have one of that name.
fn with_default_class(mut manifests: Vec<files::Manifest>) -> anyhow::Result<Vec<files::Manifest>> {
    if !files::has_class(&manifests, crate::names::DEFAULT_CLASS) {
        let class = serde_json::to_value(crate::rules::default_class())?;
        manifests.push(files::Manifest::built_in(class));
    }
    Ok(manifests)
}

fn follow_directory(
    serving: &ServingArgs,
    store: Arc<CertificateStore>,
    metrics: Metrics,
    shutdown: CancellationToken,
) {
    let reloader = Reloader::new(serving.cert_dir.clone(), Arc::clone(&store));
    tokio::spawn(async move {
        let noted = async {
            loop {
                metrics
                    .certificate_not_after(store.not_after().map_or(0, jiff::Timestamp::as_second));
                tokio::time::sleep(crate::tls::POLL_INTERVAL).await;
            }
        };
        tokio::select! {
            () = reloader.run(crate::tls::POLL_INTERVAL, shutdown.clone()) => {}
            () = noted => {}
        }
    });
}

fn client_auth(serving: &ServingArgs) -> anyhow::Result<ClientAuth> {
    let Some(path) = &serving.client_ca else { return Ok(ClientAuth::Off) };
    let ca_pem = std::fs::read(path).with_context(|| path.display().to_string())?;
    anyhow::ensure!(
        !serving.client_names.is_empty(),
        "--client-ca needs --client-name: any certificate of that CA would be accepted otherwise"
    );
    Ok(ClientAuth::Require {
        ca_pem,
        allowed_names: serving.client_names.iter().cloned().collect(),
    })
}

/// A client that asks once. Who asks knows when to ask again: a retry below the
/// controller would keep a pass, and the canary's `503`, waiting for seconds,
/// and would send again what may have been done already.
async fn client() -> anyhow::Result<kube::Client> {
    let mut config = kube::Config::infer()
        .await
        .context("no cluster: set KUBECONFIG, or run inside a cluster")?;
    config.default_retry = false;
    kube::Client::try_from(config).context("the cluster's configuration cannot be used")
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting")
}

/// A token that is cancelled by SIGTERM or Ctrl-C.
fn on_signal() -> CancellationToken {
    let token = CancellationToken::new();
    let cancelled = token.clone();
    tokio::spawn(async move {
        let terminate = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => {
                    signal.recv().await;
                }
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = terminate => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        cancelled.cancel();
    });
    token
}
