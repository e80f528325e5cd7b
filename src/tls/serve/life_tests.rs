//! Connections over time: slow, idle, too many, old, drained.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::tests::{options, router, start};
use super::*;
use crate::tls::ClientAuth;
use crate::tls::rotate::Generation;
use crate::tls::testing::{Dial, generation, store};

const SOON: Duration = Duration::from_secs(10);

/// How long until the other side closes.
async fn until_closed(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> Duration {
    let begun = Instant::now();
    let mut rest = Vec::new();
    let _ = timeout(SOON, stream.read_to_end(&mut rest)).await.expect("never closed");
    begun.elapsed()
}

/// Short limits, far enough apart that a busy machine does not mix them up.
fn quick() -> ServeOptions {
    ServeOptions {
        handshake_timeout: Duration::from_millis(800),
        header_timeout: Duration::from_millis(800),
        idle_timeout: Duration::from_secs(3),
        ..options()
    }
}

/// A request that has arrived and waits to be let go.
#[derive(Default)]
struct Gate {
    arrived: Notify,
    release: Notify,
}

async fn start_gated(options: ServeOptions) -> (Server, Generation, Arc<Gate>) {
    let (generation, gate) = (generation(), Arc::new(Gate::default()));
    let held = Arc::clone(&gate);
    let router = router().route(
        "/gate",
        get(async move || {
            held.arrived.notify_one();
            held.release.notified().await;
            "late"
        }),
    );
    let store = store(ClientAuth::Off, &generation);
    (serve(options, store, router).await.unwrap(), generation, gate)
}

#[tokio::test]
async fn a_slow_handshake_is_cut() {
    let (server, _) = start(quick(), ClientAuth::Off).await;
    let mut silent = TcpStream::connect(server.address()).await.unwrap();
    let took = until_closed(&mut silent).await;
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_eq!(server.counters().failed_handshakes, 1);
}

#[tokio::test]
async fn a_slow_head_is_cut_on_a_new_and_on_a_used_connection() {
    for used in [false, true] {
        let (server, generation) = start(quick(), ClientAuth::Off).await;
        let mut stream = Dial::trusting(&generation).tls(server.address()).await.unwrap();
        if used {
            stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
            let mut answer = [0; 1024];
            assert!(stream.read(&mut answer).await.unwrap() > 0);
        }
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n").await.unwrap();
        let took = until_closed(&mut stream).await;
        assert!(took < Duration::from_secs(2), "used {used}: {took:?}");
        assert_eq!(server.counters().timed_out, 1);
    }
}

/// The trap that the room's doc tells of.
#[tokio::test]
async fn an_idle_connection_outlives_the_time_of_a_head() {
    let (server, generation) = start(quick(), ClientAuth::Off).await;
    let mut http = Dial::trusting(&generation).http(server.address()).await.unwrap();
    // Before the first request, and between two.
    for _ in 0..2 {
        sleep(Duration::from_millis(1500)).await;
        assert_eq!(http.get("/").await.unwrap().0, StatusCode::OK);
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_in_the_end() {
    let (server, generation) = start(quick(), ClientAuth::Off).await;
    let mut idle = Dial::trusting(&generation).tls(server.address()).await.unwrap();
    let took = until_closed(&mut idle).await;
    assert!(took >= Duration::from_millis(2500), "{took:?}");
    assert_eq!(server.counters().timed_out, 0, "idling is not a fault");
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut() {
    let options = ServeOptions { request_timeout: Duration::from_millis(200), ..options() };
    let (server, generation, _gate) = start_gated(options).await;
    let mut http = Dial::trusting(&generation).http(server.address()).await.unwrap();
    assert!(http.get("/gate").await.is_err());
    assert_eq!(server.counters().timed_out, 1);
}

#[tokio::test]
async fn connections_over_the_cap_are_closed_at_once() {
    let options = ServeOptions { max_connections_per_address: 2, ..options() };
    let (server, generation) = start(options, ClientAuth::Off).await;
    let first = Dial::trusting(&generation).http(server.address()).await.unwrap();
    let mut second = Dial::trusting(&generation).http(server.address()).await.unwrap();
    assert!(Dial::trusting(&generation).tls(server.address()).await.is_err());
    assert_eq!(second.get("/").await.unwrap().0, StatusCode::OK);
    assert_eq!((server.counters().open, server.counters().refused), (2, 1));
    drop(first);
    while server.counters().open > 1 {
        sleep(Duration::from_millis(10)).await;
    }
    assert!(Dial::trusting(&generation).ask(server.address()).await.is_ok());
}

#[tokio::test]
async fn an_old_connection_is_ended_with_an_answer() {
    let options = ServeOptions { connection_age: Duration::from_millis(100), ..options() };
    let (server, generation) = start(options, ClientAuth::Off).await;
    let mut http = Dial::trusting(&generation).http(server.address()).await.unwrap();
    assert!(!http.get("/").await.unwrap().1.contains_key("connection"));
    sleep(Duration::from_millis(150)).await;
    let (status, headers, _) = http.get("/").await.unwrap();
    assert_eq!((status, &headers["connection"]), (StatusCode::OK, &"close".parse().unwrap()));
    assert!(http.get("/").await.is_err());
}

#[tokio::test]
async fn a_drain_loses_nothing() {
    let (server, generation, gate) = start_gated(options()).await;
    let dial = || Dial::trusting(&generation).http(server.address());
    let mut pooled = dial().await.unwrap();
    pooled.get("/").await.unwrap();
    let mut busy = dial().await.unwrap();
    let in_flight = tokio::spawn(async move { busy.get("/gate").await });
    gate.arrived.notified().await;

    server.drain(DRAIN);
    gate.release.notify_one();
    // Begun before the drain, answered in it: its connection ends too.
    let (status, headers, body) = in_flight.await.unwrap().unwrap();
    assert_eq!((status, body.as_str()), (StatusCode::OK, "late"));
    assert_eq!(headers["connection"], "close");
    // The trap: a request on a connection that idled in the client's pool.
    let (status, headers, _) = pooled.get("/").await.unwrap();
    assert_eq!((status, headers["connection"].as_bytes()), (StatusCode::OK, &b"close"[..]));
    assert!(pooled.get("/").await.is_err(), "the connection has ended");
    // Endpoints propagate slowly: new connections are still welcome.
    let mut last = dial().await.unwrap();
    let mut idle = dial().await.unwrap();

    // In flight when accepting ends: finished, not cut.
    let last = tokio::spawn(async move { last.get("/gate").await });
    gate.arrived.notified().await;
    let address = server.address();
    server.drain(Duration::ZERO);
    while TcpStream::connect(address).await.is_ok() {
        sleep(Duration::from_millis(10)).await;
    }
    gate.release.notify_one();
    assert_eq!(last.await.unwrap().unwrap().2, "late");
    timeout(SOON, server.finished()).await.unwrap().unwrap();
    assert!(idle.get("/").await.is_err(), "idle connections end with the server");
}

#[tokio::test]
async fn a_drain_ends_by_itself_when_its_time_is_over() {
    let (server, _) = start(options(), ClientAuth::Off).await;
    server.drain(Duration::from_millis(200));
    server.drain(DRAIN);
    timeout(SOON, server.finished()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_drain_waits_for_requests_only_so_long() {
    let options = ServeOptions { in_flight_timeout: Duration::from_millis(100), ..options() };
    let (server, generation, gate) = start_gated(options).await;
    let mut http = Dial::trusting(&generation).http(server.address()).await.unwrap();
    let cut = tokio::spawn(async move { http.get("/gate").await });
    gate.arrived.notified().await;
    server.drain(Duration::ZERO);
    timeout(SOON, server.finished()).await.unwrap().unwrap();
    assert!(cut.await.unwrap().is_err());
}

#[tokio::test]
async fn an_address_in_use_is_an_error_before_anything_runs() {
    let (server, generation) = start(options(), ClientAuth::Off).await;
    let taken = ServeOptions { address: server.address(), ..options() };
    let error = serve(taken, store(ClientAuth::Off, &generation), router()).await.err().unwrap();
    assert_eq!(error.address, server.address());
    assert_eq!(error.source.kind(), std::io::ErrorKind::AddrInUse);
}
