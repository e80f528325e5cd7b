//! Who may call: the check of client certificates.
//!
//! An API server presents nothing by default, so whoever reaches the port can
//! ask (CVE-2025-1974 shows what that is worth). With
//! [`ClientAuth::Require`] the handshake itself refuses everybody else.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, SignatureScheme};
use x509_parser::prelude::{GeneralName, X509Certificate};

use super::{CertificateError, inspect};

/// Whether callers must present a certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ClientAuth {
    /// Anybody who reaches the port may ask; access is the network policy's.
    #[default]
    Off,
    /// Only a holder of a certificate that (1) chains to one of these CAs, (2)
    /// is valid now, (3) names the extended key usage `clientAuth` explicitly
    /// and (4) carries one of the allowed names.
    Require {
        /// One or more CAs in PEM: old and new together while they rotate. May
        /// be empty when a [`Reloader`](super::Reloader) brings them; until
        /// then no handshake succeeds.
        ca_pem: Vec<u8>,
        /// Compared whole with the subject's common name and with DNS and URI
        /// alternative names. The chain alone is not enough: the CA that signs
        /// an API server's client certificate often signs others too.
        allowed_names: BTreeSet<String>,
    },
}

/// A verifier for one set of CAs.
pub(super) fn verifier(
    ca_pem: &[u8],
    allowed_names: &BTreeSet<String>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, CertificateError> {
    if allowed_names.is_empty() {
        return Err(CertificateError::NoAllowedNames);
    }
    let roots = inspect::roots(ca_pem)?;
    if roots.is_empty() {
        return Err(CertificateError::NoClientCa);
    }
    let chain = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(CertificateError::ClientCa)?;
    Ok(Arc::new(Pinned { chain, allowed_names: allowed_names.clone() }))
}

struct Pinned {
    chain: Arc<dyn ClientCertVerifier>,
    allowed_names: BTreeSet<String>,
}

impl fmt::Debug for Pinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pinned").field("allowed_names", &self.allowed_names).finish_non_exhaustive()
    }
}

impl Pinned {
    fn admits(&self, certificate: &X509Certificate<'_>) -> bool {
        // The chain verifier follows RFC 5280: without the extension any use is
        // fine. A certificate that was never meant for clients must not pass.
        let for_clients = certificate
            .extended_key_usage()
            .ok()
            .flatten()
            .is_some_and(|usage| usage.value.client_auth);
        for_clients
            && (self.admits_common_name(certificate) || self.admits_alternative(certificate))
    }

    fn admits_common_name(&self, certificate: &X509Certificate<'_>) -> bool {
        let mut names = certificate.subject().iter_common_name();
        // Several common names are ambiguous: which one counts differs between
        // implementations, so none does.
        match (names.next(), names.next()) {
            (Some(name), None) => name.as_str().is_ok_and(|name| self.allowed_names.contains(name)),
            _ => false,
        }
    }

    fn admits_alternative(&self, certificate: &X509Certificate<'_>) -> bool {
        inspect::alternative_names(certificate).any(|name| match name {
            GeneralName::DNSName(name) | GeneralName::URI(name) => {
                self.allowed_names.contains(*name)
            }
            _ => false,
        })
    }
}

impl ClientCertVerifier for Pinned {
    /// No hints: Go picks a client certificate by them and would send none at
    /// all when its issuer is an intermediate that we do not list.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let verified = self.chain.verify_client_cert(end_entity, intermediates, now)?;
        let admitted =
            inspect::parse(end_entity).is_ok_and(|certificate| self.admits(&certificate));
        if admitted {
            Ok(verified)
        } else {
            Err(rustls::CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chain.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chain.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}
