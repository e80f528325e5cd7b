//! Whom a client believes, and who it says it is.

use std::fmt;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring::default_provider;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};

use crate::tls::CertificateError;
use crate::tls::inspect::{certificates, roots};

/// Whom a client believes.
#[derive(Clone, Debug)]
pub enum Trust {
    /// The CAs of this PEM text, as an API server trusts a `caBundle`.
    Bundle(Vec<u8>),
    /// Whoever answers. For measuring a webhook whose CA is not at hand; what
    /// is sent can be read by anybody in between.
    Anybody,
}

/// A client certificate (leaf first) and its key, both PEM.
#[derive(Clone)]
pub struct Identity {
    /// The chain.
    pub cert_pem: Vec<u8>,
    /// The private key.
    pub key_pem: Vec<u8>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Identity(..)")
    }
}

/// What a client of `trust` does in a handshake: HTTP/1.1 alone by ALPN. With
/// `resume` a session is taken up again by its ticket; Go does so only with a
/// session cache, and client-go's transport sets none.
///
/// # Errors
/// When a text cannot be read, or a bundle has no certificate.
pub fn client_config(
    trust: &Trust,
    identity: Option<&Identity>,
    resume: bool,
) -> Result<Arc<ClientConfig>, CertificateError> {
    let provider = Arc::new(default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(CertificateError::Config)?;
    let builder = match trust {
        Trust::Bundle(pem) => {
            let roots = roots(pem)?;
            if roots.is_empty() {
                return Err(CertificateError::NoCertificate);
            }
            builder.with_root_certificates(roots)
        }
        Trust::Anybody => {
            let verifier = Arc::new(BelieveAnybody(provider));
            builder.dangerous().with_custom_certificate_verifier(verifier)
        }
    };
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let chain = certificates(&identity.cert_pem)?;
            if chain.is_empty() {
                return Err(CertificateError::NoCertificate);
            }
            let key = PrivateKeyDer::from_pem_slice(&identity.key_pem)
                .map_err(CertificateError::NoKey)?;
            builder.with_client_auth_cert(chain, key).map_err(CertificateError::Config)?
        }
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    if !resume {
        config.resumption = Resumption::disabled();
    }
    Ok(Arc::new(config))
}

/// Takes any certificate. The handshake's signatures are still verified, so
/// that its cost is the same.
#[derive(Debug)]
struct BelieveAnybody(Arc<CryptoProvider>);

impl ServerCertVerifier for BelieveAnybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
