//! What can be wrong with a certificate, a key or a bundle.

use rustls::pki_types::pem;

/// Why certificate material was not taken. No variant carries key material.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The text is not PEM, or a section is cut off.
    #[error("not readable as PEM")]
    Pem(#[source] pem::Error),
    /// There is no `CERTIFICATE` section.
    #[error("no certificate found")]
    NoCertificate,
    /// There is no private key section that we can read.
    #[error("no private key found")]
    NoKey(#[source] pem::Error),
    /// A certificate is not valid X.509.
    #[error("certificate is not valid X.509")]
    Malformed,
    /// The private key belongs to another certificate. Seen for a moment while
    /// two files are replaced one after the other.
    #[error("private key does not match the certificate")]
    KeyMismatch,
    /// The key's algorithm or encoding cannot be used.
    #[error("private key cannot be used")]
    Key(#[source] rustls::Error),
    /// The TLS library refused the combination.
    #[error("TLS configuration refused")]
    Config(#[source] rustls::Error),
    /// The CA that client certificates are checked against cannot be used.
    #[error("client CA cannot be used")]
    ClientCa(#[source] rustls::server::VerifierBuilderError),
    /// Client certificates are required, but no CA was given yet.
    #[error("client certificates are required but there is no client CA")]
    NoClientCa,
    /// Client certificates are required, but no name is allowed.
    #[error("client certificates are required but no client name is allowed")]
    NoAllowedNames,
    /// The chain does not lead to the bundle, or name or time do not fit.
    #[error("certificate is not verified by the bundle")]
    NotVerified(#[source] rustls::Error),
    /// A file of the directory could not be read.
    #[error("{file} could not be read")]
    Read {
        /// File name inside the directory.
        file: &'static str,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// A file is larger than any certificate chain can reasonably be.
    #[error("{file} is larger than {limit} bytes")]
    TooLarge {
        /// File name inside the directory.
        file: &'static str,
        /// The limit in bytes.
        limit: u64,
    },
}

impl CertificateError {
    /// A bounded label for metrics.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Pem(_) | Self::NoCertificate | Self::Malformed => "certificate",
            Self::NoKey(_) | Self::Key(_) => "key",
            Self::KeyMismatch => "mismatch",
            Self::Config(_) => "config",
            Self::ClientCa(_) | Self::NoClientCa | Self::NoAllowedNames => "client-ca",
            Self::NotVerified(_) => "not-verified",
            Self::Read { .. } | Self::TooLarge { .. } => "read",
        }
    }
}
