//! What every request passes before a handler sees it.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{
    CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use futures::StreamExt as _;
use tokio::time::{Instant, timeout};
use tower_http::catch_panic::CatchPanicLayer;

use super::parse_go_duration;

/// The largest body: 7 MiB, controller-runtime's figure. An API server takes
/// objects of up to 3 MiB, and a review carries two of them.
pub const BODY_LIMIT: usize = 7 * 1024 * 1024;
/// How long a body may take to arrive.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// Between our answer and the API server's time-out when it waits as long as
/// our configuration says.
const MARGIN: Duration = Duration::from_millis(200);
/// The same when it waits shorter: it rounds its remaining time up to a second.
const ROUNDED_MARGIN: Duration = Duration::from_secs(1);
/// Enough for a decision from memory. With `?timeout=1s` less may remain, but
/// an answer that may be late is better than none.
const LEAST: Duration = Duration::from_millis(50);

/// The limits of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest body in bytes; exactly this many are accepted.
    pub body_limit: usize,
    /// How long the body may take to arrive.
    pub body_timeout: Duration,
    /// Our `timeoutSeconds`, from which the deadline follows; see [`deadline`].
    pub timeout: Duration,
}

impl Default for Limits {
    /// 7 MiB, 5 s, and the 5 s of our webhook configurations.
    fn default() -> Self {
        Self { body_limit: BODY_LIMIT, body_timeout: BODY_TIMEOUT, timeout: Duration::from_secs(5) }
    }
}

/// When the answer must be out. An extension of every request that passed
/// [`with_limits`]; the time its body took counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(Instant);

impl Deadline {
    /// A deadline this far from now.
    #[must_use]
    pub fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// What is left, zero when it has passed.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// The moment itself, for `timeout_at`.
    #[must_use]
    pub fn at(&self) -> Instant {
        self.0
    }
}

/// How long we may take: the shorter of `own` (our `timeoutSeconds`) and the
/// query's `timeout`, less 200 ms, or less 1 s when the query's is the shorter
/// one. An unreadable `timeout` counts as absent; at least 50 ms remain.
#[must_use]
pub fn deadline(own: Duration, query: Option<&str>) -> Duration {
    let asked = query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .find_map(|pair| pair.strip_prefix("timeout="))
        .and_then(parse_go_duration);
    match asked {
        Some(asked) if asked < own => asked.saturating_sub(ROUNDED_MARGIN),
        _ => own.saturating_sub(MARGIN),
    }
    .max(LEAST)
}

/// Puts the limits around a router.
///
/// # Guarantees
/// - A request with a body reaches its handler whole, as `application/json`
///   and not encoded: else 415, 413 above the limit, 408 when it takes too long.
/// - A panic becomes 500 and the server lives on.
/// - No answer redirects or carries `Retry-After`.
/// - Handlers find a [`Deadline`].
pub fn with_limits(router: Router, limits: Limits) -> Router {
    router
        // Our limit holds; axum's own of 2 MB refuses legitimate updates.
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(limits, guard))
}

async fn guard(State(limits): State<Limits>, mut request: Request, next: Next) -> Response {
    let deadline = Deadline::after(deadline(limits.timeout, request.uri().query()));
    request.extensions_mut().insert(deadline);
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return harmless(next.run(request).await);
    }
    if let Err(refusal) = acceptable(request.headers()) {
        return refusal.into_response();
    }
    let (parts, body) = request.into_parts();
    match timeout(limits.body_timeout, read(body, &parts.headers, limits.body_limit)).await {
        Ok(Ok(bytes)) => harmless(next.run(Request::from_parts(parts, Body::from(bytes))).await),
        Ok(Err(refusal)) => closing(refusal.into_response()),
        Err(_) => closing((StatusCode::REQUEST_TIMEOUT, "body took too long").into_response()),
    }
}

type Refusal = (StatusCode, &'static str);

fn acceptable(headers: &HeaderMap) -> Result<(), Refusal> {
    let plain = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .all(|encoding| encoding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity"));
    if !plain {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "body must not be encoded"));
    }
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let json = matches!((types.next(), types.next()), (Some(only), None) if is_json(only));
    if !json {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "body must be application/json"));
    }
    Ok(())
}

/// `application/json`, with parameters or without: JSON has no charset to obey.
fn is_json(value: &HeaderValue) -> bool {
    let essence = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

/// Reads the body. One that is too large is read on and thrown away, up to the
/// limit once more: a client that is still writing when we close sees a reset
/// connection instead of the 413 that explains it.
async fn read(body: Body, headers: &HeaderMap, limit: usize) -> Result<Bytes, Refusal> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<usize>().ok())
        .unwrap_or(0);
    let mut too_large = announced > limit;
    let mut kept = Vec::with_capacity(if too_large { 0 } else { announced });
    let mut total = 0_usize;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| (StatusCode::BAD_REQUEST, "body was cut off"))?;
        total = total.saturating_add(chunk.len());
        too_large |= total > limit;
        if !too_large {
            kept.extend_from_slice(&chunk);
        } else if total > limit.saturating_mul(2) {
            break;
        } else {
            kept = Vec::new();
        }
    }
    if too_large {
        return Err((StatusCode::PAYLOAD_TOO_LARGE, "body is larger than the limit"));
    }
    Ok(kept.into())
}

/// The rest of the body is unread, so the connection cannot go on.
fn closing(mut response: Response) -> Response {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Takes away what the API server's client would act upon.
fn harmless(mut response: Response) -> Response {
    response.headers_mut().remove(RETRY_AFTER);
    response.headers_mut().remove(LOCATION);
    if response.status().is_redirection() {
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    }
    response
}

// The signature is the layer's.
#[expect(clippy::needless_pass_by_value)]
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(message, "a handler panicked");
    (StatusCode::INTERNAL_SERVER_ERROR, "internal error").into_response()
}
