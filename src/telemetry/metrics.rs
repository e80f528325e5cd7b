//! Metrics in Prometheus text. Every label has a bounded set of values.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::names::Reason;

/// Outcome of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Verdict {
    /// Admitted.
    Allowed,
    /// Refused by a rule.
    Denied,
    /// Not an acceptable review.
    Malformed,
}

/// One review as metrics see it.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a> {
    /// Whether the mutating endpoint was called.
    pub mutating: bool,
    /// Outcome.
    pub verdict: Verdict,
    /// Leading reason of a refusal.
    pub reason: Option<Reason>,
    /// Resource; only a closed list reaches a label.
    pub resource: &'a str,
    /// Time from body to answer.
    pub took: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReviewLabels {
    phase: &'static str,
    verdict: Verdict,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DurationLabels {
    phase: &'static str,
    resource: &'static str,
}

/// Resources that get a label value of their own.
const RESOURCES: [&str; 12] = [
    "pods",
    "deployments",
    "replicasets",
    "statefulsets",
    "daemonsets",
    "jobs",
    "services",
    "secrets",
    "configmaps",
    "networkpolicies",
    "namespaces",
    "tenants",
];

/// The process's metrics. Cheap to clone; all clones count together.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
    reviews: Family<ReviewLabels, Counter>,
    durations: Family<DurationLabels, Histogram>,
    gate_waits: Histogram,
    overloads: Counter,
    certificate_not_after: Gauge,
    leader: Gauge,
    break_glass: Gauge,
    break_glass_expires: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("lessor");
        let reviews = Family::<ReviewLabels, Counter>::default();
        registry.register(
            "reviews",
            "Reviews by phase, verdict and leading reason",
            reviews.clone(),
        );
        let durations = Family::<DurationLabels, Histogram>::new_with_constructor(|| {
            Histogram::new(exponential_buckets(0.000_1, 2.0, 16))
        });
        registry.register(
            "review_duration_seconds",
            "Time from the body of a review to its answer",
            durations.clone(),
        );
        let gate_waits = Histogram::new(exponential_buckets(0.001, 2.0, 14));
        registry.register(
            "gate_wait_seconds",
            "Time that Pods waited for their namespace's isolation",
            gate_waits.clone(),
        );
        let overloads = Counter::default();
        registry.register(
            "overloads",
            "Reviews refused because no worker was free",
            overloads.clone(),
        );
        let certificate_not_after = Gauge::default();
        registry.register(
            "certificate_not_after_seconds",
            "End of the serving certificate's validity, Unix time",
            certificate_not_after.clone(),
        );
        let leader = Gauge::default();
        registry.register("leader", "1 while this process leads", leader.clone());
        let break_glass = Gauge::default();
        registry.register(
            "break_glass",
            "1 while an administrator has stopped healing",
            break_glass.clone(),
        );
        let break_glass_expires = Gauge::default();
        registry.register(
            "break_glass_expires_seconds",
            "When healing begins again by itself, Unix time; 0 while it is not stopped",
            break_glass_expires.clone(),
        );
        Self {
            registry: Arc::new(Mutex::new(registry)),
            reviews,
            durations,
            gate_waits,
            overloads,
            certificate_not_after,
            leader,
            break_glass,
            break_glass_expires,
        }
    }
}

impl Metrics {
    /// Counts a review.
    pub fn review(&self, observed: &Observed<'_>) {
        let phase = if observed.mutating { "mutating" } else { "validating" };
        let reason = observed.reason.map_or("", Reason::as_str);
        self.reviews
            .get_or_create(&ReviewLabels { phase, verdict: observed.verdict, reason })
            .inc();
        let resource =
            RESOURCES.into_iter().find(|known| *known == observed.resource).unwrap_or("other");
        self.durations
            .get_or_create(&DurationLabels { phase, resource })
            .observe(observed.took.as_secs_f64());
    }

    /// Counts a wait at the gate.
    pub fn gate_wait(&self, waited: Duration) {
        self.gate_waits.observe(waited.as_secs_f64());
    }

    /// Counts a review that found no free worker.
    pub fn overloaded(&self) {
        self.overloads.inc();
    }

    /// Notes until when the served certificate is valid, in Unix seconds.
    pub fn certificate_not_after(&self, unix_seconds: i64) {
        self.certificate_not_after.set(unix_seconds);
    }

    /// Notes whether this process leads.
    pub fn leading(&self, leads: bool) {
        self.leader.set(i64::from(leads));
    }

    /// Notes whether healing is stopped, and until when, in Unix seconds.
    pub fn break_glass(&self, on: bool, expires: i64) {
        self.break_glass.set(i64::from(on));
        self.break_glass_expires.set(expires);
    }

    /// The metrics as Prometheus (OpenMetrics) text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let registry = self.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if encode(&mut text, &registry).is_err() {
            text.clear();
        }
        text
    }
}
