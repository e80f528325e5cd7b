//! From options to a running controller, and back.

use std::sync::Arc;

use futures::StreamExt as _;
use kube::Client;
use kube::runtime::controller::{Config, Controller, Error};
use kube::runtime::events::{Recorder, Reporter};
use kube::runtime::reflector::ObjectRef;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::canary::Canaries;
use super::certificates;
use super::context::Context;
use super::digest_key;
use super::glass::{self, Glass};
use super::options::{ControllerError, ControllerOptions};
use super::reconcile::{on_error, reconcile};
use super::settled::Settled;
use super::watch::{self, Caches, Guarded};
use super::writer::Writer;
use crate::cluster::Leadership;
use crate::names;

/// Runs the controller until `shutdown` is cancelled: waits for leadership,
/// lists everything once, then keeps every Tenant as it shall be. Passes that
/// have begun are finished before it returns, and the lease is given back.
///
/// # Errors
/// [`ControllerError`]; after [`ControllerError::LeadershipLost`] the process
/// must exit, because passes were cut off where they stood.
pub async fn run(
    client: Client,
    options: ControllerOptions,
    shutdown: CancellationToken,
) -> Result<(), ControllerError> {
    if !options.leader_election {
        return lead(client, options, shutdown).await;
    }
    let namespace = &options.facts.lessor_namespace;
    let identity = &options.identity;
    let lease = names::LEADER_LEASE;
    let leadership =
        Leadership::acquire(client.clone(), namespace, lease, identity, &shutdown).await?;
    let Some(mut leadership) = leadership else {
        return Ok(());
    };
    let metrics = options.metrics.clone();
    metrics.leading(true);
    let outcome = tokio::select! {
        outcome = lead(client, options, shutdown) => outcome,
        () = leadership.lost() => Err(ControllerError::LeadershipLost),
    };
    metrics.leading(false);
    leadership.release().await;
    outcome
}

async fn lead(
    client: Client,
    options: ControllerOptions,
    shutdown: CancellationToken,
) -> Result<(), ControllerError> {
    let digest_key = digest_key::obtain(client.clone(), &options.facts.lessor_namespace).await?;
    let backoff = Arc::new(Backoff::default());
    let (tenants, tenant_events) = watch::tenants(&client, Arc::clone(&backoff));
    let caches = Arc::new(Caches::new());
    let (sender, mut requests) = unbounded_channel::<ObjectRef<Guarded>>();
    // Dropped, and with it every watch, when this function returns.
    let mut watches = JoinSet::new();
    let sources = &options.facts.secret_source_namespace;
    watch::spawn(&mut watches, &client, sources, &caches, &tenants, &sender);
    tokio::select! {
        () = caches.synced() => tracing::info!("every watch has listed"),
        () = shutdown.cancelled() => return Ok(()),
    }
    let reporter = Reporter {
        controller: names::CONTROLLER_ACCOUNT.to_owned(),
        instance: Some(options.identity.clone()),
    };
    let recorder = Recorder::new(client.clone(), reporter);
    let glass = Arc::new(Glass::new(client.clone(), &options.facts.lessor_namespace));
    // Known before the first write.
    glass.look().await;
    // Dropped with this function, like the watches, but their end is not theirs.
    let mut keepers = JoinSet::new();
    let metrics = options.metrics.clone();
    keepers.spawn(glass::follow(glass.clone(), recorder.clone(), metrics, shutdown.clone()));
    if let Some(keep) = options.keep.clone() {
        let keep = certificates::keep(client.clone(), keep, glass.clone(), shutdown.clone());
        keepers.spawn(keep);
    }
    let config = Config::default().concurrency(options.concurrency.max(1));
    let context = Arc::new(Context {
        writer: Writer::new(client, options.crash_after_writes),
        options,
        caches,
        backoff,
        canaries: Canaries::default(),
        settled: Settled::default(),
        glass,
        recorder,
        digest_key,
    });
    let requests = futures::stream::poll_fn(move |task| requests.poll_recv(task));
    let passes = Controller::for_stream(tenant_events, tenants)
        .with_config(config)
        .reconcile_on(requests)
        .graceful_shutdown_on(shutdown.clone().cancelled_owned())
        .run(reconcile, on_error, context)
        .for_each(|outcome| async move {
            if let Err(Error::QueueError(error)) = outcome {
                tracing::warn!(%error, "the watch of Tenants failed and is started again");
            }
        });
    tokio::select! {
        () = passes => Ok(()),
        _ = watches.join_next() => Err(ControllerError::WatchEnded),
    }
}
