//! From the bytes of a review to the bytes of its answer.

use std::time::Instant;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use k8s_openapi::api::authorization::v1::ResourceAttributes;

use crate::admission::{
    AccessQuestion, Decision, Endpoint, Limits, NeedsAccess, NotYet, Outcome, Phase, Request, User,
    decide, wire,
};
use crate::cluster::{AccessReviews, SnapshotStore, Subject};
use crate::isolation::Violation;
use crate::names::{self, Reason};
use crate::policy::{Counts, Evaluator, EvaluatorOptions, PolicySet};
use crate::snapshot::Snapshot;
use crate::telemetry::{DecisionLog, Metrics, Observed, PolicyObserved, PolicyVerdict, Verdict};

use super::evaluators::Evaluators;
use super::gate::Gate;
use super::limits::Deadline;
use super::record::Record;

/// What every request shares.
#[derive(Clone, Debug)]
pub struct Reviewer {
    store: SnapshotStore,
    gate: Gate,
    evaluators: Evaluators,
    metrics: Metrics,
    access: Option<AccessReviews>,
    log: Option<DecisionLog>,
}

/// Bodies up to this size are judged where they arrive: moving them to another
/// thread costs more than the judgement.
const INLINE_BODY: usize = 128 * 1024;

impl Reviewer {
    /// Decides from `store`, as many requests at a time as there are cores. What requesters may do is asked of `access`; without a cluster to ask it
    /// is assumed, with a warning.
    #[must_use]
    pub fn new(
        store: SnapshotStore,
        metrics: Metrics,
        access: Option<AccessReviews>,
        options: EvaluatorOptions,
    ) -> Self {
        let evaluators = Evaluators::new(options);
        Self { store, gate: Gate::default(), evaluators, metrics, access, log: None }
    }

    /// Writes decisions about tenants to a log.
    #[must_use]
    pub fn with_log(self, log: DecisionLog) -> Self {
        Self { log: Some(log), ..self }
    }

    /// Answers one review.
    pub(super) async fn review(
        &self,
        endpoint: Endpoint,
        deadline: Deadline,
        body: Bytes,
    ) -> Response {
        let started = Instant::now();
        let until = deadline.at();
        let size = body.len();
        let tried = if size <= INLINE_BODY {
            match wire::parse(&body) {
                Err(rejected) => Ok(Tried::Rejected(rejected)),
                Ok(request) => self.judge(Box::new(request), endpoint, until).await,
            }
        } else {
            self.judge_large(endpoint, body, until).await
        };
        let settled = match tried {
            Err(failed) => Err(failed),
            Ok(Tried::Rejected(rejected)) => return self.reject(&rejected, endpoint, started),
            Ok(Tried::Judged(request, Outcome::Decided(decision))) => Ok((request, decision)),
            Ok(Tried::Judged(request, Outcome::NotYet(not_yet))) => {
                self.wait(request, not_yet, endpoint, until).await
            }
            Ok(Tried::Judged(request, Outcome::NeedsAccess(needs))) => {
                let decision = self.ask(&request.user, needs, until).await;
                Ok((request, decision))
            }
        };
        let (request, decision) = match settled {
            Ok(settled) => settled,
            Err(Failed::Overloaded(Some(request))) => (request, overloaded()),
            Err(Failed::Overloaded(None)) => {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
            Err(Failed::Panicked) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        };
        self.record(&request, &decision, endpoint, size, started);
        json(wire::answer(&request.uid, &decision))
    }

    /// Judges a request: where it arrived if the core alone decides, which takes
    /// microseconds, else off the I/O threads.
    async fn judge(
        &self,
        mut request: Box<Request>,
        endpoint: Endpoint,
        until: tokio::time::Instant,
    ) -> Result<Tried, Failed> {
        let snapshot = self.store.load();
        let evaluator = match self.evaluators.try_check_out() {
            Some(free) => Some(free),
            None => self.evaluators.check_out(until).await,
        };
        let Some(evaluator) = evaluator else {
            self.metrics.overloaded();
            return Err(Failed::Overloaded(Some(request)));
        };
        let costly = is_costly(&request, endpoint.phase, snapshot.policies());
        let work = move || {
            evaluator.run(|evaluator| {
                let outcome = decide_now(evaluator, &mut request, endpoint, &snapshot, until);
                (Tried::Judged(request, outcome), evaluator.take_counts())
            })
        };
        let (tried, counts) = if costly { on_worker(work).await? } else { work() };
        self.count(&counts);
        Ok(tried)
    }

    /// Parses and judges a large body off the I/O threads.
    async fn judge_large(
        &self,
        endpoint: Endpoint,
        body: Bytes,
        until: tokio::time::Instant,
    ) -> Result<Tried, Failed> {
        let Some(evaluator) = self.evaluators.check_out(until).await else {
            self.metrics.overloaded();
            return Err(Failed::Overloaded(None));
        };
        let snapshot = self.store.load();
        let worker = on_worker(move || {
            evaluator.run(|evaluator| match wire::parse(&body) {
                Err(rejected) => (Tried::Rejected(rejected), Counts::default()),
                Ok(request) => {
                    let mut request = Box::new(request);
                    let outcome = decide_now(evaluator, &mut request, endpoint, &snapshot, until);
                    (Tried::Judged(request, outcome), evaluator.take_counts())
                }
            })
        });
        let (tried, counts) = worker.await?;
        self.count(&counts);
        Ok(tried)
    }

    fn count(&self, counts: &Counts) {
        for (policy, disagreed) in &counts.disagreed {
            tracing::warn!(%policy, "the engines do not agree; the interpreter's answer holds");
            self.metrics.disagreements(policy, *disagreed);
        }
        if counts.swallowed > 0 {
            self.metrics.swallowed(counts.swallowed);
        }
    }

    /// Waits for the context, for three quarters of the time there is: a crowd
    /// that waits is answered at one moment, and an answer that comes too late is
    /// a failed call instead of a retry. Only the mutating call waits, and only as
    /// many per tenant as the gate lets in.
    async fn wait(
        &self,
        mut request: Box<Request>,
        mut not_yet: NotYet,
        endpoint: Endpoint,
        until: tokio::time::Instant,
    ) -> Result<(Box<Request>, Decision), Failed> {
        let waits = endpoint.phase == Phase::Mutating;
        let tenant = not_yet.tenant.clone().unwrap_or_default();
        let Some(_waiter) = waits.then(|| self.gate.enter(&tenant)).flatten() else {
            return Ok((request, not_yet.into_decision()));
        };
        let began = Instant::now();
        let until = until - until.saturating_duration_since(tokio::time::Instant::now()) / 4;
        let mut published = self.store.subscribe();
        loop {
            match self.judge(request, endpoint, until).await {
                Ok(Tried::Judged(same, Outcome::NotYet(still))) => {
                    (request, not_yet) = (same, still);
                }
                judged => {
                    self.metrics.gate_wait(began.elapsed());
                    return match judged? {
                        Tried::Judged(request, Outcome::NeedsAccess(needs)) => {
                            let decision = self.ask(&request.user, needs, until).await;
                            Ok((request, decision))
                        }
                        Tried::Judged(request, outcome) => Ok((request, outcome.settled())),
                        Tried::Rejected(_) => Err(Failed::Panicked),
                    };
                }
            }
            let changed = tokio::time::timeout_at(until, published.changed()).await;
            if !matches!(changed, Ok(Ok(()))) {
                self.metrics.gate_wait(began.elapsed());
                return Ok((request, not_yet.into_decision()));
            }
        }
    }

    /// Asks what the requester may do, without a permit: the answer is another
    /// server's. No answer inside the deadline is a retryable refusal.
    async fn ask(&self, user: &User, needs: NeedsAccess, until: tokio::time::Instant) -> Decision {
        let Some(access) = &self.access else { return needs.assumed() };
        let subject = Subject {
            user: user.name.clone(),
            uid: user.uid.clone(),
            groups: user.groups.clone(),
            extra: user.extra.clone(),
        };
        let asked = async {
            let mut answers = Vec::with_capacity(needs.questions().len());
            for question in needs.questions() {
                answers.push(access.is_allowed(&subject, attributes(question)).await?);
            }
            Ok::<_, kube::Error>(answers)
        };
        match tokio::time::timeout_at(until, asked).await {
            Ok(Ok(answers)) => needs.answered(&answers),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the API server did not answer an access review");
                needs.unanswered()
            }
            Err(_) => needs.unanswered(),
        }
    }

    fn reject(&self, rejected: &wire::Rejected, endpoint: Endpoint, started: Instant) -> Response {
        tracing::warn!(uid = rejected.uid, reason = %rejected.reason, error = %rejected.message, "malformed review");
        self.metrics.review(&Observed {
            mutating: endpoint.phase == Phase::Mutating,
            verdict: Verdict::Malformed,
            reason: Some(rejected.reason),
            resource: "",
            took: started.elapsed(),
        });
        match &rejected.uid {
            Some(uid) => json(wire::answer(uid, &rejected.decision())),
            None => (StatusCode::BAD_REQUEST, rejected.message.clone()).into_response(),
        }
    }

    fn record(
        &self,
        request: &Request,
        decision: &Decision,
        endpoint: Endpoint,
        size: usize,
        started: Instant,
    ) {
        let leading: Option<&Violation> = decision.leading();
        let reason: Option<Reason> = leading.map(|violation| violation.reason);
        let took = started.elapsed();
        self.metrics.review(&Observed {
            mutating: endpoint.phase == Phase::Mutating,
            verdict: if decision.allowed() { Verdict::Allowed } else { Verdict::Denied },
            reason,
            resource: &request.resource.resource,
            took,
        });
        for verdict in &decision.verdicts {
            self.metrics.policy(&observed(verdict));
        }
        if decision.tenant.is_none() && decision.allowed() {
            return;
        }
        if let Some(log) = &self.log
            && (!decision.allowed() || log.samples_next())
        {
            log.write(&Record::of(request, decision, endpoint, size, took));
            self.metrics.decisions_dropped(log.dropped());
        }
        tracing::info!(
            uid = request.uid,
            phase = ?endpoint.phase,
            tenant = decision.tenant,
            operation = ?request.operation,
            target = request.target(),
            namespace = request.namespace,
            name = request.object_name(),
            user = request.user.name,
            allowed = decision.allowed(),
            reason = reason.map(Reason::as_str),
            rule = leading.map(|violation| &*violation.rule),
            patches = decision.patch.len(),
            micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            "review"
        );
    }
}

enum Tried {
    Rejected(wire::Rejected),
    Judged(Box<Request>, Outcome),
}

/// Why a review was not judged.
enum Failed {
    /// No evaluator became free in time.
    Overloaded(Option<Box<Request>>),
    /// A worker panicked.
    Panicked,
}

async fn on_worker<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failed> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Failed::Panicked)
}

/// Whether Rego may run or be compiled: what that costs is its author's choice.
fn is_costly(request: &Request, phase: Phase, policies: &PolicySet) -> bool {
    let compiled =
        request.resource.group == names::GROUP && request.resource.resource == "policies";
    let asked = phase == Phase::Validating || policies.patches();
    compiled || (asked && policies.concerns(&request.kind.kind, request.operation))
}

fn decide_now(
    evaluator: &mut Evaluator,
    request: &mut Request,
    endpoint: Endpoint,
    snapshot: &Snapshot,
    until: tokio::time::Instant,
) -> Outcome {
    let remaining = || until.saturating_duration_since(tokio::time::Instant::now());
    let limits = Limits { now: jiff::Timestamp::now(), remaining: &remaining };
    decide(evaluator, request, endpoint, snapshot, &limits)
}

/// A policy's verdict as metrics see it.
fn observed(verdict: &crate::policy::Verdict) -> PolicyObserved<'_> {
    let outcome = match &verdict.outcome {
        _ if verdict.exempted_by.is_some() => PolicyVerdict::Exempted,
        Ok(found) if found.is_empty() => PolicyVerdict::Allowed,
        Ok(_) => PolicyVerdict::Violated,
        Err(_) => PolicyVerdict::Failed,
    };
    PolicyObserved { policy: &verdict.policy, enforcement: verdict.enforcement.as_str(), outcome }
}

/// Not to be tried again at once: that would amplify it.
fn overloaded() -> Decision {
    Decision {
        violations: vec![Violation {
            rule: "gate".into(),
            reason: Reason::Overloaded,
            field: String::new(),
            message: "no worker became free in time; try again later".to_owned(),
        }],
        ..Decision::default()
    }
}

fn attributes(question: &AccessQuestion) -> ResourceAttributes {
    ResourceAttributes {
        verb: Some(question.verb.to_owned()),
        group: Some(question.group.to_owned()),
        resource: Some(question.resource.to_owned()),
        name: Some(question.name.clone()),
        ..ResourceAttributes::default()
    }
}

fn json(body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// The routes of every endpoint.
pub fn routes(reviewer: Reviewer) -> axum::Router {
    let mut router = axum::Router::new();
    for (path, endpoint) in Endpoint::ALL {
        router = router.route(
            path,
            axum::routing::post(
                move |State(reviewer): State<Reviewer>,
                      Extension(deadline): Extension<Deadline>,
                      body: Bytes| async move {
                    reviewer.review(endpoint, deadline, body).await
                },
            ),
        );
    }
    router.with_state(reviewer)
}
