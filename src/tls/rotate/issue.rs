//! Issuing: one CA, one leaf, and the CA's key is gone.

use std::time::Duration;

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};

use super::{Generation, ServingNames};
use crate::tls::CertificateError;

/// Certificates begin to be valid this much before they are issued, for clocks
/// that run late.
const BACKDATE: Duration = Duration::from_mins(5);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// The first second of the year 9999; RFC 5280 ends with that year.
const YEAR_9999: u64 = 253_370_764_800;

/// How long CA and leaf live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    ca: Duration,
    leaf: Duration,
}

impl Validity {
    /// A year for the CA, 90 days for the leaf: renewed together after 60 days.
    pub const DEFAULT: Self =
        Self { ca: Duration::from_hours(365 * 24), leaf: Duration::from_hours(90 * 24) };

    /// Life of CA and leaf, counted from the moment of issue.
    ///
    /// # Errors
    /// The leaf must live an hour at least (a rotation takes minutes), must not
    /// outlive its CA, and the CA lives ten years at most.
    pub fn new(ca: Duration, leaf: Duration) -> Result<Self, IssueError> {
        if leaf < HOUR || leaf > ca || ca > DAY * 3660 {
            return Err(IssueError::Validity);
        }
        Ok(Self { ca, leaf })
    }
}

impl Default for Validity {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Why nothing was issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// See [`Validity::new`].
    #[error("leaf must live between one hour and its CA's life, the CA at most ten years")]
    Validity,
    /// The moment is outside of what a certificate can express.
    #[error("time is outside of the years 1970 to 9999")]
    Time,
    /// A name cannot stand in a certificate, or key generation failed.
    #[error("certificate could not be issued")]
    Generate(#[source] rcgen::Error),
    /// What was issued does not verify: a defect, and never stored.
    #[error("issued certificate does not verify")]
    Check(#[source] CertificateError),
}

/// Issues a new CA and a leaf under it (ECDSA P-256: handshakes come in bursts,
/// and RSA would make them dear). The CA's key is dropped before this returns.
///
/// # Errors
/// For a name that no certificate can carry and times out of range.
pub fn issue(
    names: &ServingNames,
    validity: &Validity,
    now: Timestamp,
) -> Result<Generation, IssueError> {
    let ca_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(IssueError::Generate)?;
    let mut ca = params(Vec::new(), now, validity.ca)?;
    // The moment of issue in the name keeps two CAs of one bundle apart.
    ca.distinguished_name.push(DnType::CommonName, format!("lessor webhook CA {now:.0}"));
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_pem = ca.self_signed(&ca_key).map_err(IssueError::Generate)?.pem();

    let leaf_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(IssueError::Generate)?;
    let mut leaf = params(names.alternatives(), now, validity.leaf)?;
    // Not the DNS name: a common name ends at 64 characters, a Service's need not.
    leaf.distinguished_name.push(DnType::CommonName, "lessor webhook");
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let issuer = Issuer::from_params(&ca, &ca_key);
    let cert_pem = leaf.signed_by(&leaf_key, &issuer).map_err(IssueError::Generate)?.pem();

    Generation::parse(ca_pem, cert_pem, leaf_key.serialize_pem()).map_err(IssueError::Check)
}

fn params(
    alternatives: Vec<String>,
    now: Timestamp,
    life: Duration,
) -> Result<CertificateParams, IssueError> {
    let issued = u64::try_from(now.as_second()).map_err(|_| IssueError::Time)?;
    let start = issued.saturating_sub(BACKDATE.as_secs());
    let end = issued.checked_add(life.as_secs()).ok_or(IssueError::Time)?;
    if end >= YEAR_9999 {
        return Err(IssueError::Time);
    }
    let mut params = CertificateParams::new(alternatives).map_err(IssueError::Generate)?;
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + Duration::from_secs(start);
    params.not_after = epoch + Duration::from_secs(end);
    params.distinguished_name = rcgen::DistinguishedName::new();
    Ok(params)
}
