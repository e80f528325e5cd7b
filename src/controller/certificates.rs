//! The leader keeps the webhook configurations, the certificates that they
//! trust, and the floor.
//!
//! One writer: only the leader runs this. Every write carries the
//! `resourceVersion` that was read, so that of two leaders one starts over.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::ByteString;
use k8s_openapi::api::admissionregistration::v1::{
    MutatingWebhookConfiguration, ValidatingWebhookConfiguration,
};
use k8s_openapi::api::core::v1::Secret;
use kube::Client;
use kube::api::{Api, ObjectMeta, PostParams};
use tokio_util::sync::CancellationToken;

use super::configurations::{Kept, keep_one};
use super::floor::Floor;
use super::glass::Glass;
use crate::names;
use crate::rules::{self, Install};
use crate::tls::CA_FILE;
use crate::tls::rotate::{Action, Held, Observed, Replicas, Want, issue, plan};

/// How often configurations are looked at: one that was narrowed or deleted is
/// restored within this time.
const LOOK: Duration = Duration::from_secs(3);

/// Who issues what the configurations trust.
#[derive(Clone, Debug)]
pub enum Trust {
    /// Lessor issues and rotates; the Secret is written.
    SelfManaged(Want),
    /// An administrator keeps the Secret; its `ca.crt` is published.
    Secret,
    /// Somebody else writes `caBundle`, as cert-manager's injector does.
    Foreign,
}

/// What is kept.
#[derive(Clone, Debug)]
pub struct KeepOptions {
    /// The installation that the configurations are rendered for.
    pub install: Install,
    /// Who issues certificates.
    pub trust: Trust,
}

/// Why a step failed; the next look tries again.
#[derive(Debug, thiserror::Error)]
enum KeepError {
    #[error("the API server refused")]
    Api(#[from] kube::Error),
    #[error("no certificate could be issued")]
    Issue(#[from] crate::tls::rotate::IssueError),
}

/// Keeps configurations, certificates and the floor until `shutdown`, but not
/// while an administrator has stopped it.
pub(super) async fn keep(
    client: Client,
    options: KeepOptions,
    glass: Arc<Glass>,
    shutdown: CancellationToken,
) {
    let floor = Floor::new(client.clone(), options.install.clone());
    let mut keeper = Keeper {
        mutating: Api::all(client.clone()),
        validating: Api::all(client.clone()),
        secrets: Api::namespaced(client, &options.install.namespace),
        options,
        seen: None,
    };
    loop {
        // Each by itself: what keeps one of them from being kept keeps not the other.
        if !glass.is_on() {
            if let Err(error) = floor.look().await {
                tracing::warn!(error = %Chain(&error), "keeping the floor");
            }
            if let Err(error) = keeper.look().await {
                tracing::warn!(error = %Chain(&error), "keeping the webhook configurations");
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

struct Keeper {
    mutating: Api<MutatingWebhookConfiguration>,
    validating: Api<ValidatingWebhookConfiguration>,
    secrets: Api<Secret>,
    options: KeepOptions,
    /// The bundles seen last, and since when.
    seen: Option<(Vec<Vec<u8>>, Timestamp)>,
}

/// The most steps of one look; a rotation takes five.
const STEPS: usize = 8;

impl Keeper {
    async fn look(&mut self) -> Result<(), KeepError> {
        for _ in 0..STEPS {
            let mutating = self.mutating.get_opt(names::MUTATING_CONFIGURATION).await?;
            let validating = self.validating.get_opt(names::VALIDATING_CONFIGURATION).await?;
            let bundles = bundles(mutating.as_ref(), validating.as_ref());
            if matches!(self.options.trust, Trust::Foreign) {
                return self
                    .keep_rules(mutating.as_ref(), validating.as_ref(), None)
                    .await
                    .map(drop);
            }
            let secret = self.secrets.get_opt(names::CERTIFICATE_SECRET).await?;
            let Trust::SelfManaged(want) = self.options.trust.clone() else {
                let data = data_of(secret.as_ref());
                let Some(bundle) = data.get(CA_FILE).map(|pem| String::from_utf8_lossy(pem)) else {
                    let (secret, key) = (names::CERTIFICATE_SECRET, CA_FILE);
                    tracing::warn!(secret, key, "no authority to publish; nothing is changed");
                    return Ok(());
                };
                let (mutating, validating) = (mutating.as_ref(), validating.as_ref());
                return self.keep_rules(mutating, validating, Some(&bundle)).await.map(drop);
            };
            let held = Held::read(&data_of(secret.as_ref()));
            if held.current.is_some() {
                let bundle = held.bundle();
                let (mutating, validating) = (mutating.as_ref(), validating.as_ref());
                if self.keep_rules(mutating, validating, Some(&bundle)).await? {
                    // What was read is not so any more: the next look goes on.
                    return Ok(());
                }
            }
            let now = Timestamp::now();
            let observed = Observed { since: self.since(&bundles, now), bundles };
            match plan(&held, &observed, &Replicas::Unknown, &want, now) {
                Action::Issue => {
                    let generation = issue(&want.names, &want.validity, now)?;
                    tracing::info!(not_after = %generation.not_after(), "issued a certificate");
                    self.write(secret, held.issued(generation)).await?;
                }
                Action::PublishBundle { cas } => {
                    self.keep_rules(mutating.as_ref(), validating.as_ref(), Some(&cas)).await?;
                }
                Action::SwitchLeaf => self.write(secret, held.switched(now)).await?,
                Action::DropOldCa => self.write(secret, held.old_ca_dropped()).await?,
                Action::Nothing { .. } => return Ok(()),
            }
        }
        Ok(())
    }

    fn since(&mut self, bundles: &[Vec<u8>], now: Timestamp) -> Timestamp {
        match &self.seen {
            Some((seen, since)) if seen == bundles => *since,
            _ => {
                self.seen = Some((bundles.to_vec(), now));
                now
            }
        }
    }

    async fn write(&self, secret: Option<Secret>, held: Held) -> Result<(), KeepError> {
        let data: BTreeMap<String, ByteString> =
            held.write().into_iter().map(|(key, value)| (key, ByteString(value))).collect();
        let post = PostParams::default();
        if let Some(secret) = secret {
            let next = Secret { data: Some(data), ..secret };
            self.secrets.replace(names::CERTIFICATE_SECRET, &post, &next).await?;
        } else {
            let name = Some(names::CERTIFICATE_SECRET.to_owned());
            let metadata = ObjectMeta { name, ..ObjectMeta::default() };
            let secret = Secret { metadata, data: Some(data), ..Secret::default() };
            self.secrets.create(&post, &secret).await?;
        }
        Ok(())
    }

    /// Applies both configurations where they are absent, older or changed.
    /// One with a higher rules version belongs to a newer binary: only its
    /// bundle is kept. Says whether anything was written.
    async fn keep_rules(
        &self,
        mutating: Option<&MutatingWebhookConfiguration>,
        validating: Option<&ValidatingWebhookConfiguration>,
        bundle: Option<&str>,
    ) -> Result<bool, KeepError> {
        let pem = bundle.map(str::as_bytes);
        let wanted = rules::mutating(&self.options.install, pem);
        let first = keep_one(&self.mutating, mutating, &wanted, pem).await?;
        let wanted = rules::validating(&self.options.install, pem);
        let second = keep_one(&self.validating, validating, &wanted, pem).await?;
        Ok(first || second)
    }
}

fn bundles(
    mutating: Option<&MutatingWebhookConfiguration>,
    validating: Option<&ValidatingWebhookConfiguration>,
) -> Vec<Vec<u8>> {
    let mutating = mutating.map(Kept::bundles).unwrap_or_default();
    mutating.into_iter().chain(validating.map(Kept::bundles).unwrap_or_default()).collect()
}

fn data_of(secret: Option<&Secret>) -> BTreeMap<String, Vec<u8>> {
    let data = secret.and_then(|secret| secret.data.as_ref());
    data.into_iter().flatten().map(|(key, value)| (key.clone(), value.0.clone())).collect()
}

/// An error with its causes, in one line.
struct Chain<'a>(&'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}
