//! What is served right now.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{Ticketer, default_provider};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::{ClientHello, NoServerSessionStorage, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::pair::pair;
use super::{CertificateError, CertificateInfo, ClientAuth, client_auth};

/// Holds the served pair and swaps it atomically.
///
/// # Guarantees
/// - A pair that cannot be used is refused and the last good one stays.
/// - A swap touches new handshakes only; open connections live on.
/// - With [`ClientAuth::Require`] nothing is served before there is a client CA.
#[derive(Debug)]
pub struct CertificateStore {
    client_auth: Mutex<ClientAuth>,
    provider: Arc<CryptoProvider>,
    current: ArcSwapOption<Current>,
}

#[derive(Debug)]
struct Current {
    config: Arc<ServerConfig>,
    leaf: CertificateInfo,
}

impl CertificateStore {
    /// An empty store: connections are closed until the first pair arrives.
    #[must_use]
    pub fn new(client_auth: ClientAuth) -> Self {
        Self {
            client_auth: Mutex::new(client_auth),
            provider: Arc::new(default_provider()),
            current: ArcSwapOption::empty(),
        }
    }

    /// Serves this chain (leaf first) and key from now on, client CAs unchanged.
    ///
    /// # Errors
    /// When the pair cannot be used; the last good one stays in force.
    pub fn replace(&self, cert_pem: &[u8], key_pem: &[u8]) -> Result<(), CertificateError> {
        self.install(cert_pem, key_pem, None)
    }

    /// As [`replace`](Self::replace), and checks client certificates against
    /// `client_ca_pem` when it is given. Without [`ClientAuth::Require`] the CA
    /// is ignored: a file cannot switch authentication on or off.
    ///
    /// # Errors
    /// When anything cannot be used; pair and CAs stay as they were.
    pub fn install(
        &self,
        cert_pem: &[u8],
        key_pem: &[u8],
        client_ca_pem: Option<&[u8]>,
    ) -> Result<(), CertificateError> {
        let mut held = self.client_auth.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wanted = held.clone();
        if let (ClientAuth::Require { ca_pem, .. }, Some(pem)) = (&mut wanted, client_ca_pem) {
            *ca_pem = pem.to_vec();
        }
        let (key, leaf) = pair(cert_pem, key_pem, &self.provider)?;
        let config = Arc::new(self.config(key, &wanted)?);
        *held = wanted;
        self.current.store(Some(Arc::new(Current { config, leaf })));
        Ok(())
    }

    /// The served leaf, if there is one: dates, names, fingerprint.
    #[must_use]
    pub fn leaf(&self) -> Option<CertificateInfo> {
        self.current.load().as_ref().map(|current| current.leaf.clone())
    }

    /// When the served leaf expires; exported as a metric and alerted on.
    #[must_use]
    pub fn not_after(&self) -> Option<Timestamp> {
        self.current.load().as_ref().map(|current| current.leaf.not_after)
    }

    /// SHA-256 of the served leaf, lower-case hex.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        self.leaf().map(|leaf| leaf.fingerprint)
    }

    /// The configuration for the next handshake.
    pub(super) fn server_config(&self) -> Option<Arc<ServerConfig>> {
        self.current.load().as_ref().map(|current| Arc::clone(&current.config))
    }

    fn config(
        &self,
        key: CertifiedKey,
        client_auth: &ClientAuth,
    ) -> Result<ServerConfig, CertificateError> {
        let builder = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(CertificateError::Config)?;
        let resolver = Arc::new(Resolver { key: Arc::new(key) });
        let mut config = match client_auth {
            ClientAuth::Off => {
                let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
                config.ticketer = Ticketer::new().map_err(CertificateError::Config)?;
                config
            }
            ClientAuth::Require { ca_pem, allowed_names } => {
                let verifier =
                    client_auth::verifier(ca_pem, allowed_names, Arc::clone(&self.provider))?;
                let mut config =
                    builder.with_client_cert_verifier(verifier).with_cert_resolver(resolver);
                // A resumed session is not verified again: an expired or
                // withdrawn client certificate would live on in its ticket.
                config.session_storage = Arc::new(NoServerSessionStorage {});
                config
            }
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// Serves one pair, and only for names that it carries. A handshake without a
/// server name (an address, a probe of the kubelet) is served.
#[derive(Debug)]
struct Resolver {
    key: Arc<CertifiedKey>,
}

impl Resolver {
    fn carries(&self, name: &str) -> bool {
        let name = ServerName::try_from(name);
        let leaf = self
            .key
            .end_entity_cert()
            .and_then(|leaf: &CertificateDer<'_>| ParsedCertificate::try_from(leaf));
        match (leaf, name) {
            (Ok(leaf), Ok(name)) => rustls::client::verify_server_name(&leaf, &name).is_ok(),
            _ => false,
        }
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        hello.server_name().is_none_or(|name| self.carries(name)).then(|| Arc::clone(&self.key))
    }
}
