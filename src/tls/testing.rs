//! Fixtures of the room's tests: CAs, client certificates, a client that speaks
//! TLS over a real loopback socket.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, SupportedProtocolVersion};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::rotate::{Generation, ServingNames, Validity, issue};
use super::{CertificateStore, ClientAuth, inspect};

pub(super) const NAME: &str = "lessor-webhook.lessor-system.svc";

pub(super) fn names() -> ServingNames {
    ServingNames::for_service("lessor-webhook", "lessor-system")
}

pub(super) fn generation() -> Generation {
    issue(&names(), &Validity::DEFAULT, Timestamp::now()).unwrap()
}

/// A store that serves `generation`.
pub(super) fn store(client_auth: ClientAuth, generation: &Generation) -> Arc<CertificateStore> {
    let store = CertificateStore::new(client_auth);
    store.replace(generation.cert_pem().as_bytes(), generation.key_pem().as_bytes()).unwrap();
    Arc::new(store)
}

pub(super) fn require(ca: &TestCa, names: &[&str]) -> ClientAuth {
    ClientAuth::Require {
        ca_pem: ca.pem.clone().into_bytes(),
        allowed_names: names.iter().map(ToString::to_string).collect::<BTreeSet<_>>(),
    }
}

/// A CA for client certificates.
pub(super) struct TestCa {
    params: CertificateParams,
    key: KeyPair,
    pub(super) pem: String,
}

/// What a client certificate says; the default one is fine.
pub(super) struct Client {
    pub(super) common_name: &'static str,
    pub(super) alternative: Option<&'static str>,
    pub(super) usages: Vec<ExtendedKeyUsagePurpose>,
    /// Hours from now.
    pub(super) valid: (i64, i64),
}

impl Default for Client {
    fn default() -> Self {
        Self {
            common_name: "kube-apiserver",
            alternative: None,
            usages: vec![ExtendedKeyUsagePurpose::ClientAuth],
            valid: (-1, 1),
        }
    }
}

pub(super) type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

impl TestCa {
    pub(super) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "clients");
        let pem = params.self_signed(&key).unwrap().pem();
        Self { params, key, pem }
    }

    pub(super) fn sign(&self, client: &Client) -> Identity {
        let (certificate, key) = self.issue(client);
        let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
        (vec![certificate.der().clone()], key)
    }

    /// A good certificate of this name and its key, PEM.
    pub(super) fn pem_pair(&self, common_name: &'static str) -> (Vec<u8>, Vec<u8>) {
        let (certificate, key) = self.issue(&Client { common_name, ..Client::default() });
        (certificate.pem().into_bytes(), key.serialize_pem().into_bytes())
    }

    fn issue(&self, client: &Client) -> (Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let names = client.alternative.map(str::to_owned).into_iter().collect::<Vec<_>>();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, client.common_name);
        params.extended_key_usages.clone_from(&client.usages);
        let now = Timestamp::now();
        let moment = |hours: i64| {
            let moment = now + SignedDuration::from_hours(hours);
            let seconds = u64::try_from(moment.as_second()).unwrap();
            rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds)
        };
        params.not_before = moment(client.valid.0);
        params.not_after = moment(client.valid.1);
        let issuer = Issuer::from_params(&self.params, &self.key);
        (params.signed_by(&key, &issuer).unwrap(), key)
    }
}

/// How to dial.
pub(super) struct Dial {
    pub(super) ca_pem: String,
    pub(super) identity: Option<Identity>,
    pub(super) alpn: Vec<Vec<u8>>,
    pub(super) name: &'static str,
    pub(super) versions: &'static [&'static SupportedProtocolVersion],
}

impl Dial {
    pub(super) fn trusting(generation: &Generation) -> Self {
        Self {
            ca_pem: generation.ca_pem().to_owned(),
            identity: None,
            alpn: vec![b"http/1.1".to_vec()],
            name: NAME,
            versions: rustls::DEFAULT_VERSIONS,
        }
    }

    pub(super) fn with(self, identity: Identity) -> Self {
        Self { identity: Some(identity), ..self }
    }

    pub(super) fn config(self) -> ClientConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(self.versions)
            .unwrap()
            .with_root_certificates(inspect::roots(self.ca_pem.as_bytes()).unwrap());
        let mut config = match self.identity {
            None => builder.with_no_client_auth(),
            Some((chain, key)) => builder.with_client_auth_cert(chain, key).unwrap(),
        };
        config.alpn_protocols = self.alpn;
        config
    }

    pub(super) async fn tls(self, address: SocketAddr) -> std::io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(self.name).unwrap();
        tls(address, Arc::new(self.config()), name).await
    }

    pub(super) async fn http(self, address: SocketAddr) -> Result<Http, String> {
        let stream = self.tls(address).await.map_err(|error| error.to_string())?;
        Http::over(stream).await
    }

    /// Dials and asks once: in TLS 1.3 a refused client learns of it only when
    /// it reads, so a handshake alone proves nothing.
    pub(super) async fn ask(self, address: SocketAddr) -> Result<StatusCode, String> {
        self.http(address).await?.get("/").await.map(|(status, _, _)| status)
    }
}

pub(super) async fn tls(
    address: SocketAddr,
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    TlsConnector::from(config).connect(name, stream).await
}

/// One keep-alive connection.
pub(super) struct Http {
    sender: SendRequest<Body>,
    pub(super) fingerprint: String,
}

impl Http {
    pub(super) async fn over(stream: TlsStream<TcpStream>) -> Result<Self, String> {
        let leaf = stream.get_ref().1.peer_certificates().unwrap()[0].clone();
        let fingerprint = inspect::inspect_der(&leaf).unwrap().fingerprint;
        let (sender, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(Self { sender, fingerprint })
    }

    pub(super) async fn get(
        &mut self,
        path: &str,
    ) -> Result<(StatusCode, HeaderMap, String), String> {
        self.sender.ready().await.map_err(|error| error.to_string())?;
        let request = Request::get(path).header("host", NAME).body(Body::empty()).unwrap();
        let response = self.sender.send_request(request).await.map_err(|e| format!("{e:?}"))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.into_body().collect().await.map_err(|e| e.to_string())?.to_bytes();
        Ok((status, headers, String::from_utf8(body.to_vec()).unwrap()))
    }
}
