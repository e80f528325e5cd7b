//! A chain and its key, checked to belong together.

use rustls::InconsistentKeys;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::sign::CertifiedKey;

use super::inspect::{certificates, inspect_der};
use super::{CertificateError, CertificateInfo};

/// Reads a chain (leaf first) and a key, and describes the leaf.
pub(super) fn pair(
    cert_pem: &[u8],
    key_pem: &[u8],
    provider: &CryptoProvider,
) -> Result<(CertifiedKey, CertificateInfo), CertificateError> {
    let chain = certificates(cert_pem)?;
    let leaf = chain.first().map_or(Err(CertificateError::NoCertificate), inspect_der)?;
    let key = PrivateKeyDer::from_pem_slice(key_pem).map_err(CertificateError::NoKey)?;
    let key = provider.key_provider.load_private_key(key).map_err(CertificateError::Key)?;
    let pair = CertifiedKey::new(chain, key);
    match pair.keys_match() {
        Ok(()) => Ok((pair, leaf)),
        Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            Err(CertificateError::KeyMismatch)
        }
        Err(error) => Err(CertificateError::Key(error)),
    }
}
