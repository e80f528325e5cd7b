//! What the Secret holds, and how each step changes it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Generation;
use crate::tls::{CA_FILE, CERT_FILE, CertificateInfo, KEY_FILE, inspect};

const CURRENT_CA: &str = "current-ca.crt";
const NEXT_CA: &str = "next-ca.crt";
const NEXT_CERT: &str = "next-tls.crt";
const NEXT_KEY: &str = "next-tls.key";
const PREVIOUS_CA: &str = "previous-ca.crt";
const PREVIOUS_CERT: &str = "previous-tls.crt";
const SWITCHED_AT: &str = "switched-at";

/// The Secret's content, understood. See the [room](super) for its layout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Served by the replicas.
    pub current: Option<Generation>,
    /// Issued, waiting until its CA is trusted.
    pub next: Option<Generation>,
    /// The one before `current`, as long as a replica may still serve it.
    pub previous: Option<Previous>,
}

/// What remains of a replaced generation: no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previous {
    /// Its CA in PEM.
    pub ca_pem: String,
    /// Its leaf in PEM.
    pub cert_pem: String,
    /// What the leaf says about itself.
    pub leaf: CertificateInfo,
    /// When the current leaf took over.
    pub switched_at: Timestamp,
}

impl Held {
    /// Understands a Secret's `data` (already base64-decoded). Parts that cannot
    /// be used count as absent, so damage heals by issuing anew.
    #[must_use]
    pub fn read(data: &BTreeMap<String, Vec<u8>>) -> Self {
        let text =
            |key: &str| data.get(key).and_then(|bytes| String::from_utf8(bytes.clone()).ok());
        let generation = |ca, cert, key| Generation::parse(text(ca)?, text(cert)?, text(key)?).ok();
        let previous = || {
            let cert_pem = text(PREVIOUS_CERT)?;
            let leaf = inspect(cert_pem.as_bytes()).ok()?;
            let ca_pem = text(PREVIOUS_CA)?;
            inspect(ca_pem.as_bytes()).ok()?;
            let switched_at = text(SWITCHED_AT)?.trim().parse().ok()?;
            Some(Previous { ca_pem, cert_pem, leaf, switched_at })
        };
        Self {
            current: generation(CURRENT_CA, CERT_FILE, KEY_FILE),
            next: generation(NEXT_CA, NEXT_CERT, NEXT_KEY),
            previous: previous(),
        }
    }

    /// The Secret's whole `data`, to replace what is there.
    #[must_use]
    pub fn write(&self) -> BTreeMap<String, Vec<u8>> {
        let mut data = BTreeMap::new();
        let mut put = |key: &str, text: &str| data.insert(key.to_owned(), text.as_bytes().to_vec());
        put(CA_FILE, &self.bundle());
        if let Some(current) = &self.current {
            put(CURRENT_CA, current.ca_pem());
            put(CERT_FILE, current.cert_pem());
            put(KEY_FILE, current.key_pem());
        }
        if let Some(next) = &self.next {
            put(NEXT_CA, next.ca_pem());
            put(NEXT_CERT, next.cert_pem());
            put(NEXT_KEY, next.key_pem());
        }
        if let Some(previous) = &self.previous {
            put(PREVIOUS_CA, &previous.ca_pem);
            put(PREVIOUS_CERT, &previous.cert_pem);
            put(SWITCHED_AT, &previous.switched_at.to_string());
        }
        data
    }

    /// The CAs that `caBundle` must hold, in PEM: current, next, previous. Also
    /// what a configuration that is created now must be created with.
    #[must_use]
    pub fn bundle(&self) -> String {
        let current = self.current.as_ref().map(Generation::ca_pem);
        let next = self.next.as_ref().map(Generation::ca_pem);
        let previous = self.previous.as_ref().map(|previous| previous.ca_pem.as_str());
        [current, next, previous]
            .into_iter()
            .flatten()
            .flat_map(|pem| [pem.trim_end(), "\n"])
            .collect()
    }

    /// After [`Action::Issue`](super::Action::Issue): waits as `next`.
    #[must_use]
    pub fn issued(self, generation: Generation) -> Self {
        Self { next: Some(generation), ..self }
    }

    /// After [`Action::SwitchLeaf`](super::Action::SwitchLeaf): `next` is served
    /// from now on. Without a `next` nothing changes.
    #[must_use]
    pub fn switched(self, now: Timestamp) -> Self {
        let Some(next) = self.next else { return self };
        let previous = self.current.map(|old| Previous {
            ca_pem: old.ca_pem().to_owned(),
            cert_pem: old.cert_pem().to_owned(),
            leaf: old.leaf().clone(),
            switched_at: now,
        });
        Self { current: Some(next), next: None, previous }
    }

    /// After [`Action::DropOldCa`](super::Action::DropOldCa).
    #[must_use]
    pub fn old_ca_dropped(self) -> Self {
        Self { previous: None, ..self }
    }
}
