//! Issuing: one CA, one leaf, and the CA's key is gone.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls::crypto::ring::default_provider;

use crate::tls::pair::pair;
use crate::tls::{CertificateError, CertificateInfo, inspect, verify};

/// Certificates begin to be valid this much before they are issued, for clocks
/// that run late.
const BACKDATE: Duration = Duration::from_secs(300);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// The first second of the year 9999; RFC 5280 ends with that year.
const YEAR_9999: u64 = 253_370_764_800;

/// The names a serving certificate must carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServingNames {
    dns: BTreeSet<String>,
    ips: BTreeSet<IpAddr>,
}

impl ServingNames {
    /// The names of a Service: `<svc>.<ns>.svc` (what the API server dials and
    /// verifies), `<svc>.<ns>.svc.cluster.local` and `<svc>.<ns>`.
    #[must_use]
    pub fn for_service(service: &str, namespace: &str) -> Self {
        let short = format!("{service}.{namespace}").to_ascii_lowercase();
        let dns = [
            format!("{short}.svc"),
            format!("{short}.svc.cluster.local"),
            short,
        ]
        .into();
        Self {
            dns,
            ips: BTreeSet::new(),
        }
    }

    /// Adds a DNS name, for example one of another cluster domain.
    #[must_use]
    pub fn with_dns(mut self, name: &str) -> Self {
        self.dns.insert(name.to_ascii_lowercase());
        self
    }

    /// Adds an address, for configurations that use a `url`.
    #[must_use]
    pub fn with_ip(mut self, address: IpAddr) -> Self {
        self.ips.insert(address);
        self
    }

    /// Whether a certificate carries all of them.
    #[must_use]
    pub fn covered_by(&self, certificate: &CertificateInfo) -> bool {
        self.dns.is_subset(&certificate.dns) && self.ips.is_subset(&certificate.ips)
    }

    fn alternatives(&self) -> Vec<String> {
        self.dns
            .iter()
            .cloned()
            .chain(self.ips.iter().map(ToString::to_string))
            .collect()
    }
}

/// How long CA and leaf live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    ca: Duration,
    leaf: Duration,
}

impl Validity {
    /// A year for the CA, 90 days for the leaf: renewed together after 60 days.
    pub const DEFAULT: Self = Self {
        ca: Duration::from_secs(365 * 24 * 3600),
        leaf: Duration::from_secs(90 * 24 * 3600),
    };

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

/// A CA and the one leaf that it signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Generation {
    ca_pem: String,
    cert_pem: String,
    key_pem: String,
    leaf: CertificateInfo,
    ca: CertificateInfo,
}

impl fmt::Debug for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generation")
            .field("leaf", &self.leaf)
            .finish_non_exhaustive()
    }
}

impl Generation {
    /// Puts the three texts together.
    ///
    /// # Errors
    /// When one cannot be read, the CA did not sign the leaf, or the key belongs
    /// to another certificate.
    pub fn parse(
        ca_pem: String,
        cert_pem: String,
        key_pem: String,
    ) -> Result<Self, CertificateError> {
        let (_, leaf) = pair(cert_pem.as_bytes(), key_pem.as_bytes(), &default_provider())?;
        let ca = inspect(ca_pem.as_bytes())?;
        // Verified as of the leaf's first moment, by any of its own names: this
        // asks who signed, not whether it is valid today.
        let name = leaf.dns.first().cloned();
        let name = name.or_else(|| leaf.ips.first().map(ToString::to_string));
        let name = name.unwrap_or_default();
        let start = leaf.not_before.max(ca.not_before);
        verify(ca_pem.as_bytes(), cert_pem.as_bytes(), &name, start)?;
        Ok(Self {
            ca_pem,
            cert_pem,
            key_pem,
            leaf,
            ca,
        })
    }

    /// The CA certificate in PEM.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The leaf in PEM.
    #[must_use]
    pub fn cert_pem(&self) -> &str {
        &self.cert_pem
    }

    /// The leaf's private key, PKCS #8 in PEM. Never log it.
    #[must_use]
    pub fn key_pem(&self) -> &str {
        &self.key_pem
    }

    /// What the leaf says about itself.
    #[must_use]
    pub fn leaf(&self) -> &CertificateInfo {
        &self.leaf
    }

    /// When leaf or CA expires, whichever is first: a valid leaf under an
    /// expired CA is as dead as an expired leaf.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.leaf.not_after.min(self.ca.not_after)
    }

    /// When both are to be renewed: at two thirds of the shorter life.
    #[must_use]
    pub fn renew_at(&self) -> Timestamp {
        two_thirds(&self.leaf).min(two_thirds(&self.ca))
    }
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
    ca.distinguished_name
        .push(DnType::CommonName, format!("lessor webhook CA {now:.0}"));
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_pem = ca.self_signed(&ca_key).map_err(IssueError::Generate)?.pem();

    let leaf_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(IssueError::Generate)?;
    let mut leaf = params(names.alternatives(), now, validity.leaf)?;
    // Not the DNS name: a common name ends at 64 characters, a Service's need not.
    leaf.distinguished_name
        .push(DnType::CommonName, "lessor webhook");
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let issuer = Issuer::from_params(&ca, &ca_key);
    let cert_pem = leaf
        .signed_by(&leaf_key, &issuer)
        .map_err(IssueError::Generate)?
        .pem();

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

fn two_thirds(certificate: &CertificateInfo) -> Timestamp {
    let life = certificate
        .not_after
        .as_second()
        .saturating_sub(certificate.not_before.as_second());
    let share = SignedDuration::from_secs(life / 3 * 2);
    certificate
        .not_before
        .checked_add(share)
        .unwrap_or(certificate.not_after)
}
