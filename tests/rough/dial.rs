//! A client that speaks HTTP/1.1 over TLS to a webhook, as an API server does,
//! or as an API server never would.

use std::sync::Arc;

use anyhow::{Context, Result};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::controlplane::Pair;

/// The name that the API server calls the webhook by.
pub(super) const NAME: &str = "lessor-webhook.lessor-system.svc";

/// How to reach a webhook on loopback.
#[derive(Clone)]
pub(super) struct Dial {
    port: u16,
    config: Arc<ClientConfig>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Dial {
    /// Trusts the CAs in `ca_pem` alone; shows `identity` when asked.
    pub(super) fn new(port: u16, ca_pem: &str, identity: Option<&Pair>) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
            roots.add(certificate?)?;
        }
        let builder = ClientConfig::builder().with_root_certificates(roots);
        let mut config = match identity {
            None => builder.with_no_client_auth(),
            Some(pair) => {
                let chain = CertificateDer::pem_slice_iter(pair.certificate.as_bytes());
                let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes())?;
                builder.with_client_auth_cert(chain.collect::<Result<_, _>>()?, key)?
            }
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { port, config: Arc::new(config) })
    }

    /// A new connection, after its handshake.
    pub(super) async fn tls(&self) -> Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        let name = ServerName::try_from(NAME)?;
        Ok(TlsConnector::from(self.config.clone()).connect(name, stream).await?)
    }

    /// The leaf that is served, DER.
    pub(super) async fn leaf(&self) -> Result<Vec<u8>> {
        let stream = self.tls().await?;
        let chain = stream.get_ref().1.peer_certificates().context("no certificate")?;
        Ok(chain.first().context("no leaf")?.to_vec())
    }

    /// A new keep-alive connection.
    pub(super) async fn http(&self) -> Result<Http> {
        let (sender, connection) = handshake(TokioIo::new(self.tls().await?)).await?;
        tokio::spawn(connection);
        Ok(Http(sender))
    }

    /// Posts JSON on a connection of its own.
    pub(super) async fn post(&self, path: &str, body: impl Into<Bytes>) -> Result<Answer> {
        self.http().await?.post(path, body).await
    }
}

/// One keep-alive connection.
pub(super) struct Http(SendRequest<Full<Bytes>>);

impl Http {
    pub(super) async fn post(&mut self, path: &str, body: impl Into<Bytes>) -> Result<Answer> {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request.header("host", NAME).body(Full::new(body.into()))?).await
    }

    pub(super) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Answer> {
        self.0.ready().await?;
        let response = self.0.send_request(request).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }
}
