//! From the bytes of a review to the bytes of its answer.

use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use k8s_openapi::api::authorization::v1::ResourceAttributes;
use tokio::sync::Semaphore;

use crate::admission::{
    AccessQuestion, Decision, Endpoint, NeedsAccess, NotYet, Outcome, Phase, Request, User, decide,
    wire,
};
use crate::cluster::{AccessReviews, SnapshotStore, Subject};
use crate::isolation::Violation;
use crate::names::Reason;
use crate::telemetry::{Metrics, Observed, Verdict};

use super::gate::Gate;
use super::limits::Deadline;

/// What every request shares.
#[derive(Clone, Debug)]
pub struct Reviewer {
    store: SnapshotStore,
    gate: Gate,
    workers: Arc<Semaphore>,
    metrics: Metrics,
    access: Option<AccessReviews>,
}

/// Bodies up to this size are judged where they arrive: moving them to another
/// thread costs more than the judgement.
const INLINE_BODY: usize = 128 * 1024;

impl Reviewer {
    /// Decides from `store`, large bodies on as many workers as there are cores.
    /// What requesters may do is asked of `access`; without a cluster to ask it
    /// is assumed, with a warning.
    #[must_use]
    pub fn new(store: SnapshotStore, metrics: Metrics, access: Option<AccessReviews>) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let workers = Arc::new(Semaphore::new(cores));
        Self { store, gate: Gate::default(), workers, metrics, access }
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
        let small = body.len() <= INLINE_BODY;
        let first = if small {
            self.first_try(endpoint, &body)
        } else {
            let this = self.clone();
            match self.on_worker(until, move || this.first_try(endpoint, &body)).await {
                Ok(tried) => tried,
                Err(code) => return code.into_response(),
            }
        };
        let (request, decision) = match first {
            Tried::Rejected(rejected) => return self.reject(&rejected, endpoint, started),
            Tried::Decided(request, decision) => (request, decision),
            Tried::NotYet(request, not_yet) => self.wait(request, not_yet, endpoint, until).await,
            Tried::NeedsAccess(request, needs) => {
                let decision = self.ask(&request.user, needs, until).await;
                (request, decision)
            }
        };
        self.record(&request, &decision, endpoint, started);
        json(wire::answer(&request.uid, &decision))
    }

    fn first_try(&self, endpoint: Endpoint, body: &[u8]) -> Tried {
        match wire::parse(body) {
            Err(rejected) => Tried::Rejected(rejected),
            Ok(mut request) => match decide(&mut request, endpoint, &self.store.load()) {
                Outcome::Decided(decision) => Tried::Decided(Box::new(request), decision),
                Outcome::NotYet(not_yet) => Tried::NotYet(Box::new(request), not_yet),
                Outcome::NeedsAccess(needs) => Tried::NeedsAccess(Box::new(request), needs),
            },
        }
    }

    /// Runs work off the I/O threads. The permit moves into the worker, so
    /// that a caller who gives up frees no slot while the work goes on.
    async fn on_worker<T: Send + 'static>(
        &self,
        until: tokio::time::Instant,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, StatusCode> {
        let permit =
            tokio::time::timeout_at(until, Arc::clone(&self.workers).acquire_owned()).await;
        let Ok(Ok(permit)) = permit else {
            self.metrics.overloaded();
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        };
        let worker = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        worker.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
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
    ) -> (Box<Request>, Decision) {
        let waits = endpoint.phase == Phase::Mutating;
        let tenant = not_yet.tenant.clone().unwrap_or_default();
        let Some(_waiter) = waits.then(|| self.gate.enter(&tenant)).flatten() else {
            return (request, not_yet.into_decision());
        };
        let began = Instant::now();
        let until = until - until.saturating_duration_since(tokio::time::Instant::now()) / 4;
        let mut published = self.store.subscribe();
        loop {
            match decide(&mut request, endpoint, &self.store.load()) {
                Outcome::Decided(decision) => {
                    self.metrics.gate_wait(began.elapsed());
                    return (request, decision);
                }
                Outcome::NotYet(still) => not_yet = still,
                Outcome::NeedsAccess(needs) => {
                    self.metrics.gate_wait(began.elapsed());
                    let decision = self.ask(&request.user, needs, until).await;
                    return (request, decision);
                }
            }
            let changed = tokio::time::timeout_at(until, published.changed()).await;
            if !matches!(changed, Ok(Ok(()))) {
                self.metrics.gate_wait(began.elapsed());
                return (request, not_yet.into_decision());
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

    fn record(&self, request: &Request, decision: &Decision, endpoint: Endpoint, started: Instant) {
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
        if decision.tenant.is_none() && decision.allowed() {
            return;
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
    Decided(Box<Request>, Decision),
    NotYet(Box<Request>, NotYet),
    NeedsAccess(Box<Request>, NeedsAccess),
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
