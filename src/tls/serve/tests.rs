//! Handshakes over real loopback sockets: versions, names, callers, swaps.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::StatusCode;
use axum::routing::get;
use rcgen::ExtendedKeyUsagePurpose;
use rustls::HandshakeKind;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;
use crate::tls::rotate::Generation;
use crate::tls::testing::{Client, Dial, Http, NAME, TestCa, generation, require, store, tls};
use crate::tls::{CertificateStore, ClientAuth};

pub(super) fn router() -> Router {
    let whoami = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() };
    Router::new().route("/", get(whoami))
}

pub(super) fn options() -> ServeOptions {
    ServeOptions::new("127.0.0.1:0".parse().unwrap())
}

pub(super) async fn start(options: ServeOptions, client_auth: ClientAuth) -> (Server, Generation) {
    let generation = generation();
    let server = serve(options, store(client_auth, &generation), router()).await.unwrap();
    (server, generation)
}

#[tokio::test]
async fn serves_http1_and_tells_the_caller_apart() {
    let (server, generation) = start(options(), ClientAuth::Off).await;
    let mut http = Dial::trusting(&generation).http(server.address()).await.unwrap();
    let (status, headers, body) = http.get("/").await.unwrap();
    assert_eq!((status, body.as_str()), (StatusCode::OK, "127.0.0.1"));
    assert!(!headers.contains_key("connection"));
    assert_eq!(http.fingerprint, generation.leaf().fingerprint);
    assert_eq!(server.counters().open, 1);
}

#[tokio::test]
async fn alpn_is_http1_or_nothing() {
    let (server, generation) = start(options(), ClientAuth::Off).await;
    let dial = |alpn: &[&str]| Dial {
        alpn: alpn.iter().map(|name| name.as_bytes().to_vec()).collect(),
        ..Dial::trusting(&generation)
    };
    let both = dial(&["h2", "http/1.1"]).tls(server.address()).await.unwrap();
    assert_eq!(both.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    assert_eq!(dial(&[]).ask(server.address()).await.unwrap(), StatusCode::OK);
    assert!(dial(&["h2"]).tls(server.address()).await.is_err());
}

#[tokio::test]
async fn tls_1_2_and_1_3_pass_and_1_1_gets_an_alert() {
    let (server, generation) = start(options(), ClientAuth::Off).await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let versions = Box::leak(Box::new([version]));
        let dial = Dial { versions, ..Dial::trusting(&generation) };
        assert_eq!(dial.ask(server.address()).await.unwrap(), StatusCode::OK);
    }
    // A ClientHello of TLS 1.1 with one suite, null compression and signature
    // algorithms, so that only its version is wrong.
    let mut hello = vec![0x03, 0x02];
    hello.extend([7; 32]);
    hello.extend([0, 0, 2, 0xc0, 0x09, 1, 0, 0, 8, 0, 13, 0, 4, 0, 2, 4, 3]);
    let length = u8::try_from(hello.len()).unwrap();
    let mut record = vec![22, 3, 1, 0, length + 4, 1, 0, 0, length];
    record.extend(hello);
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(&record).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    // Record type alert; fatal; protocol_version (RFC 8446, 6.2).
    assert_eq!((answer[0], &answer[5..7]), (21, &[2, 70][..]), "{answer:?}");
}

#[tokio::test]
async fn a_server_name_that_is_not_ours_is_refused() {
    let (server, generation) = start(options(), ClientAuth::Off).await;
    let foreign = Dial { name: "other.svc", ..Dial::trusting(&generation) };
    let error = foreign.tls(server.address()).await.unwrap_err().to_string();
    // By an alert of ours, not by the client's own check.
    assert!(error.contains("alert"), "{error}");
    assert!(Dial::trusting(&generation).ask(server.address()).await.is_ok());
}

#[tokio::test]
async fn only_the_right_client_certificate_passes() {
    let ours = TestCa::new();
    let theirs = TestCa::new();
    let allowed = require(&ours, &["kube-apiserver", "apiserver.example"]);
    let (server, generation) = start(options(), allowed).await;
    let ask = |identity| {
        let dial = Dial::trusting(&generation);
        let address = server.address();
        async move {
            match identity {
                Some(identity) => dial.with(identity).ask(address).await,
                None => dial.ask(address).await,
            }
        }
    };
    let other_name = Client { common_name: "kubelet", ..Client::default() };
    let by_alternative = Client {
        common_name: "kubelet",
        alternative: Some("apiserver.example"),
        ..Client::default()
    };
    let expired = Client { valid: (-2, -1), ..Client::default() };
    let early = Client { valid: (1, 2), ..Client::default() };
    let no_usage = Client { usages: Vec::new(), ..Client::default() };
    let for_servers =
        Client { usages: vec![ExtendedKeyUsagePurpose::ServerAuth], ..Client::default() };

    assert_eq!(ask(Some(ours.sign(&Client::default()))).await, Ok(StatusCode::OK));
    assert_eq!(ask(Some(ours.sign(&by_alternative))).await, Ok(StatusCode::OK));
    let before = server.counters().failed_handshakes;
    for (what, identity) in [
        ("none", None),
        ("wrong CA", Some(theirs.sign(&Client::default()))),
        ("wrong name", Some(ours.sign(&other_name))),
        ("expired", Some(ours.sign(&expired))),
        ("not yet valid", Some(ours.sign(&early))),
        ("no extended key usage", Some(ours.sign(&no_usage))),
        ("serverAuth only", Some(ours.sign(&for_servers))),
    ] {
        assert!(ask(identity).await.is_err(), "{what} passed");
    }
    assert_eq!(server.counters().failed_handshakes, before + 7);
}

#[tokio::test]
async fn sessions_resume_unless_clients_are_checked() {
    let ca = TestCa::new();
    for (client_auth, expected) in [
        (ClientAuth::Off, HandshakeKind::Resumed),
        (require(&ca, &["kube-apiserver"]), HandshakeKind::Full),
    ] {
        let (server, generation) = start(options(), client_auth).await;
        let config =
            Arc::new(Dial::trusting(&generation).with(ca.sign(&Client::default())).config());
        let name = ServerName::try_from(NAME).unwrap();
        for round in 0..2 {
            let stream = tls(server.address(), Arc::clone(&config), name.clone()).await.unwrap();
            let kind = stream.get_ref().1.handshake_kind();
            if round == 1 {
                assert_eq!(kind, Some(expected));
            }
            // Tickets arrive with the first read.
            assert!(Http::over(stream).await.unwrap().get("/").await.is_ok());
        }
    }
}

#[tokio::test]
async fn without_a_certificate_connections_are_closed_until_one_comes() {
    let store = Arc::new(CertificateStore::new(ClientAuth::Off));
    let generation = generation();
    let server = serve(options(), Arc::clone(&store), router()).await.unwrap();
    assert!(Dial::trusting(&generation).ask(server.address()).await.is_err());
    store.replace(generation.cert_pem().as_bytes(), generation.key_pem().as_bytes()).unwrap();
    assert!(Dial::trusting(&generation).ask(server.address()).await.is_ok());
}

#[tokio::test]
async fn a_swap_leaves_open_connections_alone() {
    let old = generation();
    let store = store(ClientAuth::Off, &old);
    let server = serve(options(), Arc::clone(&store), router()).await.unwrap();
    let mut open = Dial::trusting(&old).http(server.address()).await.unwrap();
    open.get("/").await.unwrap();

    let new = generation();
    store.replace(new.cert_pem().as_bytes(), new.key_pem().as_bytes()).unwrap();
    let fresh = Dial::trusting(&new).http(server.address()).await.unwrap();
    assert_eq!(fresh.fingerprint, new.leaf().fingerprint);
    assert_eq!(open.get("/").await.unwrap().0, StatusCode::OK);
    assert!(Dial::trusting(&old).tls(server.address()).await.is_err());
}
