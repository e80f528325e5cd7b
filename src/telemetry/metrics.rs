//! Metrics in Prometheus text. Every label has a bounded set of values.

use std::collections::BTreeSet;
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

/// What a policy said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum PolicyVerdict {
    /// Nothing is wrong.
    Allowed,
    /// Something is wrong.
    Violated,
    /// Something is wrong, and an exemption takes it back.
    Exempted,
    /// It could not judge.
    Failed,
}

/// A policy's verdict as metrics see it.
#[derive(Clone, Copy, Debug)]
pub struct PolicyObserved<'a> {
    /// Name of the Policy. Administrators make policies, so there are not many;
    /// beyond a bound they are counted together.
    pub policy: &'a str,
    /// `deny`, `warn` or `audit`.
    pub enforcement: &'static str,
    /// What it said.
    pub outcome: PolicyVerdict,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PolicyLabels {
    policy: String,
    enforcement: &'static str,
    verdict: PolicyVerdict,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DisagreementLabels {
    policy: String,
}

/// Most policies that get a label value of their own.
const POLICIES: usize = 500;
/// The label value of those beyond.
const OTHER: &str = "other";

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
    policies: Family<PolicyLabels, Counter>,
    policy_names: Arc<Mutex<BTreeSet<String>>>,
    disagreements: Family<DisagreementLabels, Counter>,
    swallowed: Counter,
    decisions_dropped: Gauge,
    certificate_not_after: Gauge,
    leader: Gauge,
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
        let policies = Family::default();
        registry.register(
            "policy_verdicts",
            "Verdicts of policies, by policy, enforcement and verdict",
            policies.clone(),
        );
        let disagreements = Family::default();
        registry.register(
            "policy_engine_disagreements",
            "Sampled evaluations about which the two engines did not agree",
            disagreements.clone(),
        );
        let swallowed = Counter::default();
        registry.register(
            "policy_swallowed_errors",
            "Errors of builtins that imported policies took for undefined",
            swallowed.clone(),
        );
        let decisions_dropped = Gauge::default();
        registry.register(
            "decision_log_dropped",
            "Lines of the decision log that found no room",
            decisions_dropped.clone(),
        );
        let certificate_not_after = Gauge::default();
        registry.register(
            "certificate_not_after_seconds",
            "End of the serving certificate's validity, Unix time",
            certificate_not_after.clone(),
        );
        let leader = Gauge::default();
        registry.register("leader", "1 while this process leads", leader.clone());
        Self {
            registry: Arc::new(Mutex::new(registry)),
            reviews,
            durations,
            gate_waits,
            overloads,
            policies,
            policy_names: Arc::default(),
            disagreements,
            swallowed,
            decisions_dropped,
            certificate_not_after,
            leader,
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

    /// Counts a policy's verdict.
    pub fn policy(&self, observed: &PolicyObserved<'_>) {
        let labels = PolicyLabels {
            policy: self.bounded(observed.policy),
            enforcement: observed.enforcement,
            verdict: observed.outcome,
        };
        self.policies.get_or_create(&labels).inc();
    }

    /// Counts what the engines did not agree about.
    pub fn disagreements(&self, policy: &str, count: u64) {
        let labels = DisagreementLabels { policy: self.bounded(policy) };
        self.disagreements.get_or_create(&labels).inc_by(count);
    }

    /// Counts errors that imported policies took for undefined.
    pub fn swallowed(&self, count: u64) {
        self.swallowed.inc_by(count);
    }

    /// Notes how many lines of the decision log were dropped.
    pub fn decisions_dropped(&self, count: u64) {
        self.decisions_dropped.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// The name, as long as there are not too many.
    fn bounded(&self, policy: &str) -> String {
        let mut names = self.policy_names.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if names.contains(policy) || names.len() < POLICIES {
            names.insert(policy.to_owned());
            return policy.to_owned();
        }
        OTHER.to_owned()
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
