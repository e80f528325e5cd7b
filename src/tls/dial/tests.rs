//! Dialing the room's own server over real loopback sockets.

use std::net::SocketAddr;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::routing::post;
use hyper::body::Bytes;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::tls::rotate::Generation;
use crate::tls::serve::{ServeOptions, Server, serve};
use crate::tls::testing::{NAME, TestCa, generation, require, store};
use crate::tls::{CertificateError, ClientAuth};

fn path() -> Uri {
    Uri::from_static("/review?timeout=1s")
}

fn router() -> Router {
    let echo = |headers: HeaderMap, body: Bytes| async move {
        let text = |name: &str| headers[name].to_str().unwrap().to_owned();
        let ends = headers.contains_key("connection");
        format!("{} {} {} {ends}", text("host"), text("content-type"), body.len())
    };
    Router::new().route("/review", post(echo))
}

async fn start(client_auth: ClientAuth) -> (Server, Generation) {
    let generation = generation();
    let options = ServeOptions::new("127.0.0.1:0".parse().unwrap());
    (serve(options, store(client_auth, &generation), router()).await.unwrap(), generation)
}

fn dialer(address: SocketAddr, trust: &Trust, identity: Option<&Identity>) -> Dialer {
    let config = client_config(trust, identity, false).unwrap();
    let name = ServerName::try_from(NAME).unwrap();
    Dialer::tls(vec![address], HeaderValue::from_static(NAME), config, name)
}

fn trusting(generation: &Generation) -> Trust {
    Trust::Bundle(generation.ca_pem().as_bytes().to_vec())
}

#[tokio::test]
async fn posts_as_an_api_server_does() {
    let (server, generation) = start(ClientAuth::Off).await;
    let mut connection =
        dialer(server.address(), &trusting(&generation), None).dial().await.unwrap();
    for (close, ends) in [(false, "false"), (true, "true")] {
        let body = Bytes::from_static(b"{}");
        let answer = connection.post(&path(), body, close).await.unwrap();
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.body, format!("{NAME} application/json 2 {ends}"));
    }
    assert!(connection.negotiated().unwrap().starts_with("TLSv1_3 TLS13_"));
    let again = connection.post(&path(), Bytes::new(), false).await;
    assert!(matches!(again, Err(PostError::NotSent)), "{again:?}");
}

#[tokio::test]
async fn believes_whom_it_was_told_to() {
    let (server, ours) = start(ClientAuth::Off).await;
    let foreign = trusting(&generation());
    let refused = dialer(server.address(), &foreign, None).dial().await.unwrap_err();
    assert!(matches!(refused, DialError::Tls { .. }), "{refused:?}");
    let config = client_config(&trusting(&ours), None, false).unwrap();
    let other = ServerName::try_from("other.example").unwrap();
    let host = HeaderValue::from_static(NAME);
    let misnamed = Dialer::tls(vec![server.address()], host, config, other).dial().await;
    assert!(matches!(misnamed, Err(DialError::Tls { .. })), "{misnamed:?}");
    assert!(dialer(server.address(), &Trust::Anybody, None).dial().await.is_ok());
    let nothing = client_config(&Trust::Bundle(Vec::new()), None, false);
    assert!(matches!(nothing, Err(CertificateError::NoCertificate)), "{nothing:?}");
}

#[tokio::test]
async fn shows_its_certificate() {
    let ca = TestCa::new();
    let (server, generation) = start(require(&ca, &["kube-apiserver"])).await;
    let (cert_pem, key_pem) = ca.pem_pair("kube-apiserver");
    let identity = Identity { cert_pem, key_pem };
    let trust = trusting(&generation);
    let mut known = dialer(server.address(), &trust, Some(&identity)).dial().await.unwrap();
    assert_eq!(known.post(&path(), Bytes::new(), false).await.unwrap().status, StatusCode::OK);
    // In TLS 1.3 the refusal comes with the first read.
    let mut unknown = dialer(server.address(), &trust, None).dial().await.unwrap();
    assert!(unknown.post(&path(), Bytes::new(), false).await.is_err());
    assert_eq!(format!("{identity:?}"), "Identity(..)");
}

#[tokio::test]
async fn tells_what_failed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let host = HeaderValue::from_static(NAME);
    let plain = Dialer::plain(vec![address], host.clone());
    // Reads a request and hangs up.
    let peer = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await.unwrap();
        drop(stream);
        // Hangs up before it was asked.
        drop(listener.accept().await.unwrap());
        drop(listener);
    });
    let mut connection = plain.dial().await.unwrap();
    let lost = connection.post(&path(), Bytes::from_static(b"{}"), false).await;
    assert!(matches!(lost, Err(PostError::Lost(_))), "{lost:?}");
    let mut connection = plain.dial().await.unwrap();
    peer.await.unwrap();
    while !connection.is_closed() {
        tokio::task::yield_now().await;
    }
    let unsent = connection.post(&path(), Bytes::from_static(b"{}"), false).await;
    assert!(matches!(unsent, Err(PostError::NotSent)), "{unsent:?}");
    let refused = plain.dial().await.unwrap_err();
    assert!(matches!(refused, DialError::Connect { .. }), "{refused:?}");
    let nowhere = Dialer::plain(Vec::new(), host).dial().await.unwrap_err();
    assert!(matches!(nowhere, DialError::NoAddress), "{nowhere:?}");
}

#[tokio::test]
async fn a_stream_is_for_what_no_client_would_do() {
    let (server, generation) = start(ClientAuth::Off).await;
    let mut stream = dialer(server.address(), &trusting(&generation), None).stream().await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}
