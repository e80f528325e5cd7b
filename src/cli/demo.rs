//! `lessor demo`: the main job, without a cluster.
//!
//! The real webhook on loopback with certificates of its own, and what an API
//! server would ask it about the examples. Start reading at [`Demo::run`].

mod ask;
mod examples;
mod inventory;
mod show;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use serde_json::{Value, json};

use crate::admission::{User, offline};
use crate::api::{Callers, ClusterFacts};
use crate::cluster::SnapshotStore;
use crate::cluster::files::Manifest;
use crate::names;
use crate::snapshot::Snapshot;
use crate::telemetry::Metrics;
use crate::tls::dial::{Connection, Dialer};
use crate::tls::rotate::{ServingNames, Validity, issue};
use crate::tls::serve::Server;
use crate::tls::{CertificateStore, ClientAuth};
use crate::webhook;

use super::Verdict;
use super::output::{self, Format};
use super::world::World;
use examples::{Example, KNOWN, WORKLOADS};

/// Shows the main job without a cluster.
///
/// Prints what the example tenants become, starts the real webhook on loopback
/// with certificates of its own, and sends it what an API server would send
/// for the example workloads. Nothing is written and nothing is left running.
///
/// Exit code 0: every verdict is as expected. 1: some are not. 2: could not run.
#[derive(Args, Debug)]
pub(super) struct Demo {
    /// Shows only workloads whose name contains this, such as `denied/` or `pod`.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Output format; `json` prints one object a line, the summary last.
    #[arg(long, short, value_enum, default_value = "text")]
    output: Format,
}

/// The webhook and what it was given.
struct Stage {
    server: Server,
    ca_pem: String,
    not_after: jiff::Timestamp,
}

/// One example after it was sent.
struct Shown {
    example: &'static Example,
    verdicts: Vec<Reviewed>,
    /// Reasons that were given, in the order they came up.
    reasons: Vec<String>,
}

/// One object of an example.
struct Reviewed {
    verdict: ask::Verdict,
    /// The workload whose controller would make this object.
    made_by: Option<String>,
}

impl Shown {
    fn is_as_expected(&self) -> bool {
        let expected = self.example.expected();
        let leads = self.reasons.first().map(String::as_str) == expected.first().copied();
        leads
            && self.reasons.len() == expected.len()
            && self.reasons.iter().all(|reason| expected.contains(&reason.as_str()))
    }
}

impl Demo {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        runtime.context("starting")?.block_on(self.play())
    }

    async fn play(self) -> anyhow::Result<Verdict> {
        let wanted: Vec<&'static Example> = WORKLOADS
            .iter()
            .filter(|example| self.only.as_ref().is_none_or(|only| example.name.contains(only)))
            .collect();
        anyhow::ensure!(
            !wanted.is_empty(),
            "no example is named like that; leave --only out to see all"
        );
        let snapshot = world()?;
        self.say(|| show::tenants(&snapshot))?;
        let began = std::time::Instant::now();
        let stage = start(snapshot).await?;
        let dialer = Dialer::trusting(stage.server.address(), &service(), stage.ca_pem.as_bytes())?;
        let mut client = dialer.dial().await?;
        self.say(|| show::webhook(&stage, began.elapsed()))?;
        self.say(show::questions)?;
        let (mut all, mut times) = (Vec::new(), Vec::new());
        for example in wanted {
            let shown = play_one(&mut client, example, &mut times).await?;
            match self.output {
                Format::Text => output::print(&show::example(&shown))?,
                format => output::print_objects(&show::rows(&shown), format)?,
            }
            all.push(shown);
        }
        times.sort_unstable();
        match self.output {
            Format::Text => output::print(&show::summary(&all, &times))?,
            format => output::print_objects(&[summary(&all, &times)], format)?,
        }
        stage.server.drain(Duration::ZERO);
        let as_expected = all.iter().all(Shown::is_as_expected);
        Ok(if as_expected { Verdict::Clean } else { Verdict::Findings })
    }

    fn say(&self, text: impl FnOnce() -> String) -> anyhow::Result<()> {
        if self.output == Format::Text { output::print(&text()) } else { Ok(()) }
    }
}

/// The snapshot that the example tenants and their class make, and a namespace
/// that is nobody's.
fn world() -> anyhow::Result<Snapshot> {
    let mut known = Vec::new();
    for example in &KNOWN {
        known.extend(example.manifests()?);
    }
    known.push(Manifest::built_in(json!({
        "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "monitoring"}
    })));
    let facts = ClusterFacts::default();
    let callers = Callers::of_namespace(&facts.lessor_namespace);
    Ok(World::of(Vec::new(), known, None, facts, callers)?.snapshot)
}

/// The name that an API server dials and verifies.
fn service() -> String {
    format!("{}.{}.svc", names::WEBHOOK_SERVICE, names::DEFAULT_NAMESPACE)
}

async fn start(snapshot: Snapshot) -> anyhow::Result<Stage> {
    let names = ServingNames::for_service(names::WEBHOOK_SERVICE, names::DEFAULT_NAMESPACE);
    let issued = issue(&names, &Validity::DEFAULT, jiff::Timestamp::now())?;
    let certificates = Arc::new(CertificateStore::new(ClientAuth::Off));
    certificates.replace(issued.cert_pem().as_bytes(), issued.key_pem().as_bytes())?;
    let store = SnapshotStore::fixed(snapshot);
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = webhook::start(loopback, certificates, store, Metrics::default(), None).await?;
    Ok(Stage { server, ca_pem: issued.ca_pem().to_owned(), not_after: issued.not_after() })
}

async fn play_one(
    client: &mut Connection,
    example: &'static Example,
    times: &mut Vec<Duration>,
) -> anyhow::Result<Shown> {
    let user = User {
        name: "developer".to_owned(),
        groups: vec!["system:authenticated".to_owned()],
        ..User::default()
    };
    let mut shown = Shown { example, verdicts: Vec::new(), reasons: Vec::new() };
    for manifest in example.manifests()? {
        let namespace = manifest.object.pointer("/metadata/namespace").and_then(Value::as_str);
        let namespace = namespace.unwrap_or_default().to_owned();
        let request = offline::create(manifest.object, &namespace, &user)?;
        let owner = request.kind.kind.clone();
        let made = offline::made_by(&request).into_iter().map(|made| (made, Some(owner.clone())));
        for (request, made_by) in std::iter::once((request, None)).chain(made) {
            let verdict = ask::ask(client, request, times).await?;
            for cause in verdict.answer.status.iter().flat_map(|status| &status.details.causes) {
                if !shown.reasons.contains(&cause.reason) {
                    shown.reasons.push(cause.reason.clone());
                }
            }
            shown.verdicts.push(Reviewed { verdict, made_by });
        }
    }
    Ok(shown)
}

/// Counts and times for programs; times in microseconds.
fn summary(all: &[Shown], times: &[Duration]) -> Value {
    let counts = show::Counts::of(all);
    json!({"summary": {
        "workloads": counts.workloads,
        "admitted": counts.admitted,
        "refused": counts.workloads - counts.admitted,
        "unexpected": counts.unexpected,
        "reviews": times.len(),
        "p50Microseconds": show::quantile(times, 50).as_micros(),
        "p99Microseconds": show::quantile(times, 99).as_micros(),
    }})
}
