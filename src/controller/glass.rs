//! The break-glass ConfigMap: stops healing, and shouts while it is there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use k8s_openapi::api::core::v1::{ConfigMap, ObjectReference};
use k8s_openapi::jiff::Timestamp;
use kube::runtime::events::{Event, EventType, Recorder};
use kube::{Api, Client};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::backoff::lock;
use crate::names;
use crate::provision::{BreakGlass, break_glass};
use crate::telemetry::Metrics;

/// How often it is looked for, and how soon what was held is looked at again.
pub(super) const LOOK: Duration = Duration::from_secs(3);
/// How often it is told of.
const SHOUT: Duration = Duration::from_mins(1);

/// What was last seen of the ConfigMap.
pub(super) struct Glass {
    config_maps: Api<ConfigMap>,
    namespace: String,
    seen: Mutex<Option<BTreeMap<String, String>>>,
}

impl Glass {
    pub(super) fn new(client: Client, namespace: &str) -> Self {
        Self {
            config_maps: Api::namespaced(client, namespace),
            namespace: namespace.to_owned(),
            seen: Mutex::default(),
        }
    }

    /// Whether nothing may be healed or restored now.
    pub(super) fn is_on(&self) -> bool {
        self.state().is_on()
    }

    fn state(&self) -> BreakGlass {
        break_glass(lock(&self.seen).as_ref(), Timestamp::now())
    }

    /// Looks for it. If it cannot be read, what was seen last holds on.
    pub(super) async fn look(&self) {
        match self.config_maps.get_opt(names::BREAK_GLASS).await {
            Ok(found) => {
                *lock(&self.seen) = found.map(|found| found.data.unwrap_or_default());
            }
            Err(error) => tracing::warn!(%error, "looking for {}", names::BREAK_GLASS),
        }
    }

    fn reference(&self) -> ObjectReference {
        ObjectReference {
            api_version: Some("v1".to_owned()),
            kind: Some("ConfigMap".to_owned()),
            name: Some(names::BREAK_GLASS.to_owned()),
            namespace: Some(self.namespace.clone()),
            ..ObjectReference::default()
        }
    }
}

/// Follows the ConfigMap until `shutdown`.
pub(super) async fn follow(
    glass: Arc<Glass>,
    recorder: Recorder,
    metrics: Metrics,
    shutdown: CancellationToken,
) {
    let mut told: Option<(BreakGlass, Instant)> = None;
    loop {
        let state = glass.state();
        let expires = match &state {
            BreakGlass::On { until, .. } => until.as_second(),
            _ => 0,
        };
        metrics.break_glass(state.is_on(), expires);
        let is_news = match &told {
            Some((before, at)) => *before != state || at.elapsed() >= SHOUT,
            None => state != BreakGlass::Off,
        };
        if is_news {
            tell(&glass, &recorder, &state).await;
            told = (state != BreakGlass::Off).then(|| (state, Instant::now()));
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(LOOK) => glass.look().await,
        }
    }
}

async fn tell(glass: &Glass, recorder: &Recorder, state: &BreakGlass) {
    let (reason, note) = match state {
        BreakGlass::Off => {
            tracing::warn!("break-glass is over: everything is healed again");
            return;
        }
        BreakGlass::On { reason, until } => {
            ("BreakGlassOn", format!("nothing is healed or restored until {until}: {reason}"))
        }
        BreakGlass::Over { since } => (
            "BreakGlassExpired",
            format!("it has ended at {since} and everything is healed again; delete it"),
        ),
        BreakGlass::Invalid(why) => ("BreakGlassInvalid", format!("it is not honoured: {why}")),
    };
    tracing::warn!(reason, "break-glass: {note}");
    let event = Event {
        type_: EventType::Warning,
        reason: reason.to_owned(),
        note: Some(note),
        action: "Heal".to_owned(),
        secondary: None,
    };
    if let Err(error) = recorder.publish(&event, &glass.reference()).await {
        tracing::warn!(%error, "an event could not be published");
    }
}
