//! Each limit at its edge, and beside every refusal the twin that passes.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Extension;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{Request, Response, StatusCode};
use axum::response::Redirect;
use axum::routing::{get, post};
use futures::stream;
use proptest::prelude::*;
use tower::ServiceExt as _;

use super::{BODY_LIMIT, Deadline, Limits, deadline, with_limits};

fn router() -> Router {
    let routes = Router::new()
        .route("/length", post(|body: Bytes| async move { body.len().to_string() }))
        .route("/panic", post(|| async { panic_now() }))
        .route("/redirect", post(|| async { Redirect::temporary("https://169.254.169.254/") }))
        .route(
            "/later",
            post(|| async { (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "1")], "") }),
        )
        .route(
            "/deadline",
            post(|Extension(deadline): Extension<Deadline>| async move {
                deadline.remaining().as_millis().to_string()
            }),
        )
        .route("/readyz", get(|| async { "ok" }));
    with_limits(routes, Limits::default())
}

fn panic_now() -> &'static str {
    panic!("a defect")
}

fn request(path: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(path).header(CONTENT_TYPE, "application/json").body(body.into()).unwrap()
}

async fn send(request: Request<Body>) -> Response<Body> {
    router().oneshot(request).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    let bytes = to_bytes(response.into_body(), 1024).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A body without announced length, in chunks.
fn chunked(length: usize) -> Body {
    let chunk = 64 * 1024;
    let chunks = (0..length.div_ceil(chunk))
        .map(move |index| vec![b' '; chunk.min(length - index * chunk)])
        .map(Ok::<_, std::io::Error>);
    Body::from_stream(stream::iter(chunks))
}

#[tokio::test]
async fn exactly_the_limit_passes_and_one_byte_more_is_413() {
    let whole = send(request("/length", vec![b' '; BODY_LIMIT])).await;
    assert_eq!(whole.status(), StatusCode::OK);
    assert_eq!(text(whole).await, "7340032");
    let streamed = send(request("/length", chunked(BODY_LIMIT))).await;
    assert_eq!(text(streamed).await, "7340032");

    let whole = send(request("/length", vec![b' '; BODY_LIMIT + 1])).await;
    assert_eq!(whole.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let streamed = send(request("/length", chunked(BODY_LIMIT + 1))).await;
    assert_eq!(streamed.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 65_536]));
    let endless = send(request("/length", Body::from_stream(endless))).await;
    assert_eq!(endless.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn only_json_and_only_plain() {
    for (kind, status) in [
        (Some("application/json"), StatusCode::OK),
        (Some("Application/JSON; charset=utf-8"), StatusCode::OK),
        (Some("application/json-patch+json"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (Some("application/vnd.kubernetes.protobuf"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (Some("text/plain;application/json"), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (Some(""), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (None, StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ] {
        let mut builder = Request::post("/length");
        if let Some(kind) = kind {
            builder = builder.header(CONTENT_TYPE, kind);
        }
        let response = send(builder.body(Body::from("{}")).unwrap()).await;
        assert_eq!(response.status(), status, "{kind:?}");
    }
    for (encodings, status) in [
        (vec!["identity"], StatusCode::OK),
        (vec!["gzip"], StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (vec!["identity", "gzip"], StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (vec!["identity, gzip"], StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ] {
        let mut request = request("/length", "{}");
        for encoding in &encodings {
            request.headers_mut().append(CONTENT_ENCODING, encoding.parse().unwrap());
        }
        assert_eq!(send(request).await.status(), status, "{encodings:?}");
    }
    let mut twice = request("/length", "{}");
    twice.headers_mut().append(CONTENT_TYPE, "text/plain".parse().unwrap());
    assert_eq!(send(twice).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stalls_is_408_and_one_that_is_merely_slow_passes() {
    let slow = |pause: u64| {
        Body::from_stream(stream::unfold(0, move |sent| async move {
            if sent == 2 {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(pause)).await;
            Some((Ok::<_, std::io::Error>("x"), sent + 1))
        }))
    };
    let passed = send(request("/length", slow(2_400))).await;
    assert_eq!(text(passed).await, "2");
    let cut = send(request("/length", slow(2_600))).await;
    assert_eq!(cut.status(), StatusCode::REQUEST_TIMEOUT);
    assert_eq!(cut.headers()["connection"], "close");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_400() {
    let broken = stream::iter([Ok("{"), Err(std::io::Error::other("reset"))]);
    let response = send(request("/length", Body::from_stream(broken))).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_panic_is_500_and_tells_nothing() {
    let response = send(request("/panic", "{}")).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(text(response).await, "internal error");
}

#[tokio::test]
async fn nothing_that_a_client_would_follow_or_retry_by_leaves() {
    let redirect = send(request("/redirect", "{}")).await;
    assert_eq!(redirect.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!redirect.headers().contains_key(LOCATION));
    let later = send(request("/later", "{}")).await;
    assert_eq!(later.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(!later.headers().contains_key(RETRY_AFTER));
}

#[tokio::test]
async fn a_probe_needs_no_content_type() {
    let response = send(Request::get("/readyz").body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn the_time_that_a_body_takes_counts_against_the_deadline() {
    let body = Body::from_stream(stream::once(async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok::<_, std::io::Error>("{}")
    }));
    let response = send(request("/deadline?timeout=4s", body)).await;
    // tokio's timers round up to a millisecond.
    let left: u64 = text(response).await.parse().unwrap();
    assert!((1_990..=2_000).contains(&left), "{left}");
}

#[test]
fn deadlines() {
    let own = Duration::from_secs(5);
    for (query, milliseconds) in [
        (None, 4_800),
        (Some(""), 4_800),
        (Some("timeout=5s"), 4_800),
        (Some("timeout=10s"), 4_800),
        (Some("timeout=1m0s"), 4_800),
        (Some("timeout=4s"), 3_000),
        (Some("a=b&timeout=2s"), 1_000),
        (Some("timeout=1s"), 50),
        (Some("timeout=0"), 50),
        (Some("timeout=-3s"), 4_800),
        (Some("timeout=soon"), 4_800),
        (Some("timeout="), 4_800),
        (Some("xtimeout=1s"), 4_800),
    ] {
        assert_eq!(deadline(own, query), Duration::from_millis(milliseconds), "{query:?}");
    }
}

proptest! {
    #[test]
    fn a_deadline_never_exceeds_ours(query in "\\PC{0,16}", seconds in 0_u64..100) {
        let own = Duration::from_secs(5);
        let most = Duration::from_millis(4_800);
        prop_assert!(deadline(own, Some(&query)) <= most);
        let asked = deadline(own, Some(&format!("timeout={seconds}s")));
        prop_assert!(asked <= most);
        prop_assert!(seconds < 2 || asked < Duration::from_secs(seconds));
    }
}
