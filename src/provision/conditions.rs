//! The Tenant's conditions, one function each.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use k8s_openapi::jiff::Timestamp;

use super::applied::{AppliedNamespace, Canary, Failure, FailureReason, Suspension};
use super::claim::Claim;
use super::object::Kind;
use super::render::Mode;
use super::secrets::{SecretPlan, SecretProblem};
use crate::api::QuotaShare;
use crate::names;

/// Longest message in bytes; a status must stay small however much is wrong.
const MAX_MESSAGE: usize = 1024;
/// Most things that one message names.
const MAX_NAMED: usize = 5;

/// Verdict of one condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    status: &'static str,
    reason: &'static str,
    message: String,
}

impl Finding {
    pub(super) fn yes(reason: &'static str, message: impl Into<String>) -> Self {
        Self { status: "True", reason, message: message.into() }
    }

    pub(super) fn no(reason: &'static str, message: impl Into<String>) -> Self {
        Self { status: "False", reason, message: message.into() }
    }

    pub(super) fn is_true(&self) -> bool {
        self.status == "True"
    }
}

/// When, and about which spec, a condition speaks.
#[derive(Clone, Copy)]
pub(super) struct Stamp {
    pub(super) generation: i64,
    pub(super) now: Timestamp,
}

/// A condition; its time is the previous one's unless the status changed.
pub(super) fn stamped(
    previous: &[Condition],
    name: &str,
    finding: Finding,
    stamp: Stamp,
) -> Condition {
    let same = previous.iter().find(|c| c.type_ == name && c.status == finding.status);
    // Conditions carry whole seconds; a finer time would differ from what is read back.
    let now = Timestamp::from_second(stamp.now.as_second()).unwrap_or(stamp.now);
    Condition {
        last_transition_time: same
            .map_or_else(|| Time(now), |condition| condition.last_transition_time.clone()),
        message: shortened(finding.message),
        observed_generation: Some(stamp.generation),
        reason: finding.reason.to_owned(),
        status: finding.status.to_owned(),
        type_: name.to_owned(),
    }
}

pub(super) fn is_true(conditions: &[Condition], name: &str) -> bool {
    conditions.iter().any(|condition| condition.type_ == name && condition.status == "True")
}

/// Cuts a message at a character boundary.
pub(super) fn shortened(mut message: String) -> String {
    if message.len() > MAX_MESSAGE {
        let end = (0..=MAX_MESSAGE - 3).rev().find(|end| message.is_char_boundary(*end));
        message.truncate(end.unwrap_or(0));
        message.push('…');
    }
    message
}

fn active(namespaces: &[AppliedNamespace]) -> impl Iterator<Item = &AppliedNamespace> {
    namespaces.iter().filter(|namespace| namespace.mode == Mode::Active)
}

fn failures<'a>(
    namespaces: &'a [AppliedNamespace],
    kinds: &'a [Kind],
) -> impl Iterator<Item = &'a Failure> {
    let of = |namespace: &'a AppliedNamespace| namespace.failures.iter();
    namespaces.iter().flat_map(of).filter(|failure| kinds.contains(&failure.key.kind))
}

/// The first failure of these kinds as a verdict, naming some of the others.
fn failed(namespaces: &[AppliedNamespace], kinds: &[Kind]) -> Option<Finding> {
    let first = failures(namespaces, kinds).next()?;
    let all =
        failures(namespaces, kinds).map(|failure| format!("{}: {}", failure.key, failure.message));
    let mut message = named(all);
    if first.reason == FailureReason::RoleNotBindable {
        message.push_str("; grant the verb bind on the role in a ClusterRole with the label ");
        message.push_str(names::BINDABLE_ROLE_LABEL);
        message.push_str("=true");
    }
    Some(Finding::no(first.reason.as_str(), message))
}

fn named(things: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = things.collect();
    let shown = all.iter().take(MAX_NAMED).cloned().collect::<Vec<_>>().join("; ");
    match all.len().saturating_sub(MAX_NAMED) {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}

pub(super) fn namespaces(namespaces: &[AppliedNamespace]) -> Finding {
    for namespace in active(namespaces) {
        let name = &namespace.name;
        match &namespace.claim {
            Claim::NameConflict => {
                return Finding::no(
                    "NameConflict",
                    format!(
                        "namespace {name} is taken; choose another name, or let an administrator \
                         give it to this Tenant with the annotation lessor.io/adopt"
                    ),
                );
            }
            Claim::AdoptionDenied => {
                return Finding::no(
                    "AdoptionDenied",
                    format!(
                        "namespace {name} exists and belongs to no tenant; an administrator can \
                         give it to this one with the annotation lessor.io/adopt"
                    ),
                );
            }
            Claim::Terminating { .. } => {
                return Finding::no(
                    "NamespaceTerminating",
                    format!("namespace {name} is being deleted; it is created again afterwards"),
                );
            }
            Claim::Create | Claim::Own { .. } => {}
        }
    }
    failed(namespaces, &[Kind::Namespace])
        .unwrap_or_else(|| Finding::yes("NamespacesReady", "every namespace exists"))
}

pub(super) fn isolated(namespaces: &[AppliedNamespace]) -> Finding {
    let open = active(namespaces).filter(|n| !n.is_isolated).map(|n| n.name.clone());
    let open = named(open);
    let gate = [Kind::NetworkPolicy, Kind::ResourceQuota, Kind::LimitRange];
    if let Some(failure) = failed(namespaces, &gate) {
        return failure;
    }
    if !open.is_empty() {
        return Finding::no("IsolationPending", format!("not isolated yet: {open}"));
    }
    for namespace in active(namespaces) {
        let name = &namespace.name;
        match &namespace.canary {
            Canary::Denied => {}
            Canary::Pending => {
                return Finding::no(
                    "CanaryPending",
                    format!("the webhook has not seen yet that {name} is isolated"),
                );
            }
            Canary::Admitted => {
                return Finding::no(
                    "CanaryNotDenied",
                    format!(
                        "an object that the webhook must refuse was admitted in {name}: is the \
                         webhook configuration there?"
                    ),
                );
            }
            Canary::Unanswered(message) => {
                return Finding::no("CanaryUnanswered", format!("{name}: {message}"));
            }
        }
    }
    Finding::yes("Enforced", "isolation objects exist and the webhook enforces")
}

pub(super) fn access(namespaces: &[AppliedNamespace]) -> Finding {
    failed(namespaces, &[Kind::RoleBinding, Kind::ServiceAccount])
        .unwrap_or_else(|| Finding::yes("Synced", "members have their roles"))
}

pub(super) fn secrets(plans: &[SecretPlan], namespaces: &[AppliedNamespace]) -> Finding {
    let problem = plans.iter().find_map(|plan| Some((plan, plan.content.as_ref().err()?)));
    if let Some((plan, problem)) = problem {
        let reason = match problem {
            SecretProblem::SourceMissing(_) => "SourceMissing",
            SecretProblem::KeyMissing { .. } => "KeyMissing",
        };
        return Finding::no(reason, format!("{}: {problem}", plan.name));
    }
    failed(namespaces, &[Kind::Secret])
        .unwrap_or_else(|| Finding::yes("Synced", "every copy is current"))
}

pub(super) fn quota(shares: &[QuotaShare], namespaces: &[AppliedNamespace]) -> Finding {
    if let Some(failure) = failed(namespaces, &[Kind::ResourceQuota, Kind::LimitRange]) {
        return failure;
    }
    let is_bounded = shares.iter().any(|share| !share.hard.is_empty());
    let message = if is_bounded { "every part of the quota is set" } else { "there is no quota" };
    Finding::yes("Synced", message)
}

pub(super) fn suspended(suspension: &Suspension, was_suspended: bool) -> Finding {
    match suspension {
        Suspension::Off => Finding::no("NotSuspended", "workloads run"),
        Suspension::On { bare_pods } if bare_pods.is_empty() => {
            Finding::yes("Suspended", "workloads are scaled to zero")
        }
        Suspension::On { bare_pods } => Finding::yes(
            "BarePodsRunning",
            format!(
                "workloads are scaled to zero; Pods without a controller still run: {}",
                named(bare_pods.iter().cloned())
            ),
        ),
        Suspension::Failed(message) if was_suspended => {
            Finding::yes("ResumeFailed", message.clone())
        }
        Suspension::Failed(message) => Finding::no("SuspendFailed", message.clone()),
    }
}
