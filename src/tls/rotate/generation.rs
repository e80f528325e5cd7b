//! A CA with its leaf, understood.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use rustls::crypto::ring::default_provider;

use crate::tls::pair::pair;
use crate::tls::{CertificateError, CertificateInfo, inspect, verify};

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
        f.debug_struct("Generation").field("leaf", &self.leaf).finish_non_exhaustive()
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
        Ok(Self { ca_pem, cert_pem, key_pem, leaf, ca })
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

fn two_thirds(certificate: &CertificateInfo) -> Timestamp {
    let life = certificate.not_after.as_second().saturating_sub(certificate.not_before.as_second());
    let share = SignedDuration::from_secs(life / 3 * 2);
    certificate.not_before.checked_add(share).unwrap_or(certificate.not_after)
}
