//! Reading certificates: dates, names, fingerprint, and whether a bundle
//! verifies a chain. Pure; the time is an argument.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use super::CertificateError;

/// What a certificate says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateInfo {
    /// First moment of validity.
    pub not_before: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// SHA-256 over the DER form, lower-case hex, 64 characters.
    pub fingerprint: String,
    /// DNS names of the subject alternative names, in lower case.
    pub dns: BTreeSet<String>,
    /// IP addresses of the subject alternative names.
    pub ips: BTreeSet<IpAddr>,
}

/// Describes the first certificate of a PEM text (in a chain: the leaf).
///
/// # Errors
/// When there is none, or it is cut off or malformed.
pub fn inspect(pem: &[u8]) -> Result<CertificateInfo, CertificateError> {
    let chain = certificates(pem)?;
    chain.first().map_or(Err(CertificateError::NoCertificate), inspect_der)
}

/// Checks that a bundle of CAs verifies a served chain for a DNS name or an IP
/// address at a moment: the same question that the API server's client asks.
///
/// # Errors
/// [`CertificateError::NotVerified`] when it does not, another variant when
/// bundle or chain cannot be read.
pub fn verify(
    ca_bundle: &[u8],
    chain: &[u8],
    name: &str,
    now: Timestamp,
) -> Result<(), CertificateError> {
    let chain = certificates(chain)?;
    let (leaf, intermediates) = chain.split_first().ok_or(CertificateError::NoCertificate)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots(ca_bundle)?), provider)
            .build()
            .map_err(CertificateError::ClientCa)?;
    let name = ServerName::try_from(name)
        .map_err(|_| CertificateError::NotVerified(rustls::Error::UnsupportedNameType))?;
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    verifier
        .verify_server_cert(leaf, intermediates, &name, &[], now)
        .map(|_| ())
        .map_err(CertificateError::NotVerified)
}

/// Every certificate of a PEM text, in order; an empty text gives none.
pub(super) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(CertificateError::Pem)
}

/// Every certificate of a PEM text as trust anchor.
pub(super) fn roots(pem: &[u8]) -> Result<RootCertStore, CertificateError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem)? {
        roots.add(certificate).map_err(CertificateError::Config)?;
    }
    Ok(roots)
}

pub(super) fn inspect_der(der: &CertificateDer<'_>) -> Result<CertificateInfo, CertificateError> {
    let certificate = parse(der)?;
    let validity = certificate.validity();
    let moment =
        |seconds: i64| Timestamp::from_second(seconds).map_err(|_| CertificateError::Malformed);
    let (mut dns, mut ips) = (BTreeSet::new(), BTreeSet::new());
    for name in alternative_names(&certificate) {
        match name {
            GeneralName::DNSName(name) => {
                dns.insert(name.to_ascii_lowercase());
            }
            GeneralName::IPAddress(bytes) => {
                ips.extend(address(bytes));
            }
            _ => {}
        }
    }
    Ok(CertificateInfo {
        not_before: moment(validity.not_before.timestamp())?,
        not_after: moment(validity.not_after.timestamp())?,
        fingerprint: fingerprint(der),
        dns,
        ips,
    })
}

pub(super) fn parse<'a>(
    der: &'a CertificateDer<'_>,
) -> Result<X509Certificate<'a>, CertificateError> {
    X509Certificate::from_der(der.as_ref())
        .map(|(_, certificate)| certificate)
        .map_err(|_| CertificateError::Malformed)
}

pub(super) fn alternative_names<'a>(
    certificate: &'a X509Certificate<'a>,
) -> impl Iterator<Item = &'a GeneralName<'a>> {
    // A duplicated or undecodable extension yields no names: nothing is trusted
    // on the word of a malformed certificate.
    certificate
        .subject_alternative_name()
        .ok()
        .flatten()
        .into_iter()
        .flat_map(|extension| extension.value.general_names.iter())
}

fn fingerprint(der: &CertificateDer<'_>) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(der.as_ref());
    digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes)
        .map(IpAddr::from)
        .or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}
