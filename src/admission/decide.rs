//! The decision itself.

use crate::isolation::metadata::NamespaceState;
use crate::isolation::{Caller, Change, Context, Findings, Operation, Violation};
use crate::names::Reason;
use crate::policy::Evaluator;
use crate::snapshot::Snapshot;

use super::caller::classify;
use super::decision::{Decision, Outcome};
use super::limits::Limits;
use super::rego::Policies;
use super::request::{Endpoint, Phase, Request};
use super::scope::{self, Scope};
use super::{core, guards, mutate, retained};

/// Decides a request from memory alone.
///
/// # Guarantees
/// - Deterministic: the same request, endpoint and snapshot give the same outcome.
/// - A returned patch was applied to `request.object`, which was then judged.
/// - When the outcome is [`Outcome::NotYet`], the request is unchanged and may
///   be decided again.
/// - [`Outcome::NeedsAccess`] is answered for Lessor's own kinds only.
/// - Outside tenants everything is allowed, whatever is missing or broken.
#[must_use]
pub fn decide(
    evaluator: &mut Evaluator,
    request: &mut Request,
    endpoint: Endpoint,
    snapshot: &Snapshot,
    limits: &Limits<'_>,
) -> Outcome {
    let caller = classify(&request.user, endpoint.administrator, &snapshot.callers);
    if let Some(decided) = guards::cluster_scoped(request, caller, snapshot) {
        return decided;
    }
    match scope::of_namespace(request, caller, snapshot) {
        Err(not_yet) => Outcome::NotYet(not_yet),
        Ok(Scope::Outside) => Outcome::Decided(Decision::allow()),
        Ok(Scope::Retained { tenant, namespace, live_pods }) => {
            let state = NamespaceState { terminating: namespace.terminating, live_pods };
            Outcome::Decided(retained::decide(request, caller, tenant, state, snapshot))
        }
        Ok(Scope::Tenant { tenant, namespace, live_pods }) => {
            let policies = Policies { tenant, namespace, snapshot, limits };
            let inside = Inside { policies, live_pods, caller };
            Outcome::Decided(inside.decide(evaluator, request, endpoint.phase))
        }
    }
}

/// A request inside a tenant's namespace.
struct Inside<'a> {
    policies: Policies<'a>,
    live_pods: usize,
    caller: Caller,
}

impl Inside<'_> {
    fn decide(&self, evaluator: &mut Evaluator, request: &mut Request, phase: Phase) -> Decision {
        let Policies { tenant, namespace, snapshot, .. } = self.policies;
        let mut decision =
            Decision { tenant: Some(tenant.valid.name.clone()), ..Decision::default() };
        if self.caller == Caller::Lessor {
            return decision;
        }
        let context = Context {
            tenant: &tenant.valid,
            class: &tenant.class,
            namespace: &namespace.name,
            cluster: &snapshot.facts,
        };
        let mut findings = Findings::default();
        let writes = matches!(request.operation, Operation::Create | Operation::Update);
        if phase == Phase::Mutating && writes {
            match mutate::apply(&context, self.caller, request, &mut findings) {
                Ok(patch) => decision.patch = patch,
                Err(error) => findings.violation(
                    "mutation",
                    Reason::PatchForbidden,
                    "metadata",
                    format!("the object cannot be completed: {error}"),
                ),
            }
            self.policies.patch(evaluator, request, &mut decision.patch, &mut findings);
        }
        let about_the_patch = findings.warnings.len();
        let state =
            NamespaceState { terminating: namespace.terminating, live_pods: self.live_pods };
        let change = change_of(request, self.caller);
        core::judge(&context, &change, state, &mut findings);
        // What the core refuses needs no second opinion, and what is Lessor's own
        // or only lets go is nobody's to judge.
        let judged = phase == Phase::Validating
            && findings.is_clean()
            && !change.is_managed()
            && !change.only_releases_finalizers()
            && !(change.operation == Operation::Delete && namespace.terminating);
        if judged {
            decision.verdicts = self.policies.judge(evaluator, request, &mut findings);
        }
        decision.violations = without_echoes(findings.violations);
        decision.warnings = findings.warnings;
        if !decision.allowed() {
            decision.patch.clear();
            decision.warnings.drain(..about_the_patch);
        }
        decision
    }
}

/// Leaves out what an earlier rule said about the same field for the same reason.
fn without_echoes(found: Vec<Violation>) -> Vec<Violation> {
    let mut kept: Vec<Violation> = Vec::with_capacity(found.len());
    for violation in found {
        let echoes = |earlier: &Violation| {
            earlier.rule != violation.rule
                && earlier.reason == violation.reason
                && earlier.field == violation.field
        };
        if !kept.iter().any(echoes) {
            kept.push(violation);
        }
    }
    kept
}

/// The request as rules see it.
pub(super) fn change_of(request: &Request, caller: Caller) -> Change<'_> {
    Change {
        operation: request.operation,
        group: &request.resource.group,
        resource: &request.resource.resource,
        subresource: &request.subresource,
        name: request.object_name(),
        old: request.old_object.as_ref(),
        new: request.object.as_ref(),
        caller,
        username: &request.user.name,
    }
}
