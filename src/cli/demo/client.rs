//! An API server's side of the wire: HTTP/1.1 over TLS, one kept connection.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::body::Body;
use hyper::client::conn::http1;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Most bytes of an answer that are read.
const ANSWER_LIMIT: usize = 1 << 20;

/// A connection to a webhook whose certificate was verified.
pub(crate) struct Client {
    sender: http1::SendRequest<Body>,
    host: String,
}

impl Client {
    /// Connects and verifies that the certificate is of `name` and was issued
    /// by `ca_pem`, as an API server does with the `caBundle`.
    pub(crate) async fn connect(
        address: SocketAddr,
        name: &str,
        ca_pem: &str,
    ) -> anyhow::Result<Self> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
            roots.add(certificate.context("reading the CA")?)?;
        }
        let mut config =
            ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let stream = TcpStream::connect(address).await.context("connecting")?;
        stream.set_nodelay(true)?;
        let server = ServerName::try_from(name.to_owned())?;
        let stream =
            TlsConnector::from(Arc::new(config)).connect(server, stream).await.context("TLS")?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, host: name.to_owned() })
    }

    /// Posts a review to an endpoint, given with its `?timeout=`, and returns the
    /// answer's body.
    pub(crate) async fn post(&mut self, path: &str, review: Vec<u8>) -> anyhow::Result<Vec<u8>> {
        self.sender.ready().await?;
        let request = Request::post(path)
            .header(header::HOST, &self.host)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json, */*")
            .body(Body::from(review))?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        let body = axum::body::to_bytes(Body::new(response.into_body()), ANSWER_LIMIT).await?;
        anyhow::ensure!(
            status.is_success(),
            "{path}: {status}: {}",
            String::from_utf8_lossy(&body)
        );
        Ok(body.to_vec())
    }
}
