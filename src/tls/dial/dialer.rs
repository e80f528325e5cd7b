//! From an address to a connection.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::HeaderValue;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{Connection, Trust, client_config};
use crate::tls::CertificateError;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// Nobody took the TCP connection.
    #[error("{address}: cannot connect")]
    Connect {
        /// The address that was tried last.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The handshake failed: a certificate that is not trusted or of another
    /// name, an alert, or a peer that speaks no TLS.
    #[error("TLS with {address} failed")]
    Tls {
        /// The peer.
        address: SocketAddr,
        /// An `io::Error` around a `rustls::Error`, or the end of the connection.
        #[source]
        source: io::Error,
    },
    /// HTTP could not start.
    #[error("HTTP with the peer failed")]
    Http(#[source] hyper::Error),
    /// There is no address to dial.
    #[error("no address to dial")]
    NoAddress,
}

/// How to reach one webhook.
#[derive(Clone)]
pub struct Dialer {
    addresses: Vec<SocketAddr>,
    host: HeaderValue,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Dialer {
    /// Plain HTTP, which no API server speaks to a webhook: for comparing with
    /// what serves it.
    #[must_use]
    pub fn plain(addresses: Vec<SocketAddr>, host: HeaderValue) -> Self {
        Self { addresses, host, tls: None }
    }

    /// TLS, with `name` as SNI and as the name that is verified.
    #[must_use]
    pub fn tls(
        addresses: Vec<SocketAddr>,
        host: HeaderValue,
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
    ) -> Self {
        Self { addresses, host, tls: Some((TlsConnector::from(config), name)) }
    }

    /// TLS as an API server dials a `caBundle` and a name, which is `Host` too.
    ///
    /// # Errors
    /// When the bundle cannot be used or the name is none.
    pub fn trusting(
        address: SocketAddr,
        name: &str,
        ca_pem: &[u8],
    ) -> Result<Self, CertificateError> {
        let bad_name = || CertificateError::NotVerified(rustls::Error::UnsupportedNameType);
        let host = HeaderValue::from_str(name).map_err(|_| bad_name())?;
        let verified = ServerName::try_from(name.to_owned()).map_err(|_| bad_name())?;
        let config = client_config(&Trust::Bundle(ca_pem.to_vec()), None, false)?;
        Ok(Self::tls(vec![address], host, config, verified))
    }

    /// The addresses, tried one after the other.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// What goes into `Host`.
    #[must_use]
    pub fn host(&self) -> &HeaderValue {
        &self.host
    }

    /// Connects, with the handshake done. The connection ends when it is dropped.
    ///
    /// # Errors
    /// [`DialError`].
    pub async fn dial(&self) -> Result<Connection, DialError> {
        match self.raw().await? {
            Stream::Plain(stream) => self.http(stream, None).await,
            Stream::Tls(stream) => {
                let (_, session) = stream.get_ref();
                let version = session.protocol_version();
                let suite = session.negotiated_cipher_suite().map(|suite| suite.suite());
                let negotiated = version.zip(suite);
                self.http(stream, negotiated.map(|(v, s)| format!("{v:?} {s:?}"))).await
            }
        }
    }

    /// A stream on which nothing was said yet, with its handshake done.
    ///
    /// # Errors
    /// [`DialError`].
    pub async fn stream(&self) -> Result<Box<dyn Duplex>, DialError> {
        Ok(match self.raw().await? {
            Stream::Plain(stream) => Box::new(stream),
            Stream::Tls(stream) => stream,
        })
    }

    async fn raw(&self) -> Result<Stream, DialError> {
        let (stream, address) = self.connect().await?;
        let Some((connector, name)) = &self.tls else { return Ok(Stream::Plain(stream)) };
        let stream = connector.connect(name.clone(), stream).await;
        Ok(Stream::Tls(Box::new(stream.map_err(|source| DialError::Tls { address, source })?)))
    }

    async fn connect(&self) -> Result<(TcpStream, SocketAddr), DialError> {
        let mut failed = DialError::NoAddress;
        for &address in &self.addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    // Go switches Nagle's algorithm off too; failing costs time only.
                    let _ = stream.set_nodelay(true);
                    return Ok((stream, address));
                }
                Err(source) => failed = DialError::Connect { address, source },
            }
        }
        Err(failed)
    }

    async fn http<S>(&self, stream: S, negotiated: Option<String>) -> Result<Connection, DialError>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (sender, connection) = http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream))
            .await
            .map_err(DialError::Http)?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended");
            }
        });
        Ok(Connection::new(sender, self.host.clone(), negotiated))
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Both directions of a connection.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}
