//! Connections over time: slow, idle, too many, old, drained.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::tests::{options, router, start};
use super::*;
use crate::tls::ClientAuth;
use crate::tls::testing::{Dial, store};

const SOON: Duration = Duration::from_secs(5);

/// How long until the other side closes.
async fn until_closed(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> Duration {
    let begun = Instant::now();
    let mut rest = Vec::new();
    let _ = timeout(SOON, stream.read_to_end(&mut rest))
        .await
        .expect("never closed");
    begun.elapsed()
}

#[tokio::test]
async fn slow_handshakes_and_slow_heads_are_cut_but_idle_connections_live() {
    let (server, generation) = start(options(), ClientAuth::Off).await;
    let mut silent = TcpStream::connect(server.address()).await.unwrap();
    let took = until_closed(&mut silent).await;
    assert!(took < Duration::from_millis(1200), "handshake: {took:?}");

    let mut slow = Dial::trusting(&generation)
        .tls(server.address())
        .await
        .unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n")
        .await
        .unwrap();
    let took = until_closed(&mut slow).await;
    assert!(took < Duration::from_millis(1200), "head: {took:?}");
    let counters = server.counters();
    assert_eq!((counters.failed_handshakes, counters.timed_out), (1, 1));

    // Three times as long as a head may take: between requests that is fine,
    // and before the first one too.
    let mut http = Dial::trusting(&generation)
        .http(server.address())
        .await
        .unwrap();
    for _ in 0..2 {
        sleep(Duration::from_millis(900)).await;
        assert_eq!(http.get("/").await.unwrap().0, StatusCode::OK);
    }

    let mut idle = Dial::trusting(&generation)
        .tls(server.address())
        .await
        .unwrap();
    let took = until_closed(&mut idle).await;
    assert!(took >= Duration::from_millis(1400), "idle: {took:?}");
    assert_eq!(server.counters().timed_out, 1, "idling is not a fault");
}

#[tokio::test]
async fn a_slow_head_is_cut_on_a_used_connection_too() {
    let (server, generation) = start(options(), ClientAuth::Off).await;
    let mut stream = Dial::trusting(&generation)
        .tls(server.address())
        .await
        .unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut answer = [0; 1024];
    assert!(stream.read(&mut answer).await.unwrap() > 0);
    stream.write_all(b"GET / HT").await.unwrap();
    let took = until_closed(&mut stream).await;
    assert!(took < Duration::from_millis(1200), "{took:?}");
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut() {
    let options = ServeOptions {
        request_timeout: Duration::from_millis(200),
        ..options()
    };
    let (server, generation) = start(options, ClientAuth::Off).await;
    let mut http = Dial::trusting(&generation)
        .http(server.address())
        .await
        .unwrap();
    assert!(http.get("/slow").await.is_err());
    assert_eq!(server.counters().timed_out, 1);
}

#[tokio::test]
async fn connections_over_the_cap_are_closed_at_once() {
    let options = ServeOptions {
        max_connections_per_address: 2,
        ..options()
    };
    let (server, generation) = start(options, ClientAuth::Off).await;
    let first = Dial::trusting(&generation)
        .http(server.address())
        .await
        .unwrap();
    let mut second = Dial::trusting(&generation)
        .http(server.address())
        .await
        .unwrap();
    assert!(
        Dial::trusting(&generation)
            .tls(server.address())
            .await
            .is_err()
    );
    assert_eq!(second.get("/").await.unwrap().0, StatusCode::OK);
    assert_eq!((server.counters().open, server.counters().refused), (2, 1));
    drop(first);
    sleep(Duration::from_millis(100)).await;
    assert!(
        Dial::trusting(&generation)
            .ask(server.address())
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn an_old_connection_is_ended_with_an_answer() {
    let options = ServeOptions {
        connection_age: Duration::from_millis(100),
        ..options()
    };
    let (server, generation) = start(options, ClientAuth::Off).await;
    let mut http = Dial::trusting(&generation)
        .http(server.address())
        .await
        .unwrap();
    assert!(!http.get("/").await.unwrap().1.contains_key("connection"));
    sleep(Duration::from_millis(150)).await;
    let (status, headers, _) = http.get("/").await.unwrap();
    assert_eq!(
        (status, &headers["connection"]),
        (StatusCode::OK, &"close".parse().unwrap())
    );
    assert!(http.get("/").await.is_err());
}

#[tokio::test]
async fn a_drain_loses_nothing() {
    let (server, generation) = start(options(), ClientAuth::Off).await;
    let address = server.address();
    let mut pooled = Dial::trusting(&generation).http(address).await.unwrap();
    pooled.get("/").await.unwrap();
    let mut busy = Dial::trusting(&generation).http(address).await.unwrap();
    let in_flight = tokio::spawn(async move { busy.get("/slow").await });
    sleep(Duration::from_millis(100)).await;

    server.drain(Duration::from_millis(900));
    // Begun before the drain, answered in it: its connection ends too.
    let (status, headers, body) = in_flight.await.unwrap().unwrap();
    assert_eq!((status, body.as_str()), (StatusCode::OK, "late"));
    assert_eq!(headers["connection"], "close");
    // The trap: a request on a connection that idled in the client's pool.
    let (status, headers, _) = pooled.get("/").await.unwrap();
    assert_eq!(
        (status, &headers["connection"]),
        (StatusCode::OK, &"close".parse().unwrap())
    );
    assert!(pooled.get("/").await.is_err(), "the connection has ended");
    // Endpoints propagate slowly: new connections are still welcome.
    assert_eq!(
        Dial::trusting(&generation).ask(address).await,
        Ok(StatusCode::OK)
    );

    // In flight when accepting ends: finished, not cut.
    let mut last = Dial::trusting(&generation).http(address).await.unwrap();
    let idle = Dial::trusting(&generation).http(address).await.unwrap();
    sleep(Duration::from_millis(200)).await;
    let last = tokio::spawn(async move { last.get("/slow").await });
    sleep(Duration::from_millis(50)).await;
    server.drain(Duration::ZERO);
    timeout(SOON, server.finished()).await.unwrap().unwrap();
    assert_eq!(last.await.unwrap().unwrap().2, "late");
    drop(idle);
    assert!(
        TcpStream::connect(address).await.is_err(),
        "nobody listens any more"
    );
}

#[tokio::test]
async fn a_drain_waits_for_requests_only_so_long() {
    let options = ServeOptions {
        in_flight_timeout: Duration::from_millis(100),
        ..options()
    };
    let (server, generation) = start(options, ClientAuth::Off).await;
    let mut http = Dial::trusting(&generation)
        .http(server.address())
        .await
        .unwrap();
    let cut = tokio::spawn(async move { http.get("/slow").await });
    sleep(Duration::from_millis(50)).await;
    server.drain(Duration::ZERO);
    timeout(SOON, server.finished()).await.unwrap().unwrap();
    assert!(cut.await.unwrap().is_err());
}

#[tokio::test]
async fn an_address_in_use_is_an_error_before_anything_runs() {
    let (server, generation) = start(options(), ClientAuth::Off).await;
    let taken = ServeOptions {
        address: server.address(),
        ..options()
    };
    let error = serve(taken, store(ClientAuth::Off, &generation), router())
        .await
        .err()
        .unwrap();
    assert_eq!(error.address, server.address());
    assert_eq!(error.source.kind(), std::io::ErrorKind::AddrInUse);
}
