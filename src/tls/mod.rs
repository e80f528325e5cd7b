//! Transport security: where the serving certificate comes from, how it is
//! renewed without a failed admission, and the server that speaks TLS.
//!
//! Its parts are usable alone:
//!
//! - [`rotate`] is pure but for the randomness of new keys: it issues a private
//!   CA with one leaf, reads and writes the Secret that holds them, and decides
//!   the next step of a rotation. Whoever owns a Kubernetes client executes it.
//! - [`CertificateStore`] holds what is served right now and swaps it
//!   atomically; [`Reloader`] feeds it from a directory (a mounted Secret,
//!   cert-manager's or an administrator's own files), always keeping the last
//!   good pair.
//! - [`serve`] accepts connections under hard limits and drains without losing
//!   a request that an API server has already put on a pooled connection;
//!   [`dial`] is its other end, as an API server dials.
//!
//! The room never talks to Kubernetes, never decides an admission, and never
//! logs, prints or exports a private key. The CA's private key does not outlive
//! [`rotate::issue()`]: nothing that is stored can sign a further certificate.
//!
//! Start reading at [`rotate::plan()`] for rotation, at [`serve::serve()`] for the
//! server.

mod client_auth;
pub mod dial;
mod error;
mod inspect;
mod pair;
mod reload;
#[cfg(test)]
mod reload_tests;
pub mod rotate;
pub mod serve;
mod store;
#[cfg(test)]
mod testing;

pub use client_auth::ClientAuth;
pub use error::CertificateError;
pub use inspect::{CertificateInfo, inspect, verify};
pub use reload::{CA_FILE, CERT_FILE, CLIENT_CA_FILE, KEY_FILE, POLL_INTERVAL, Polled, Reloader};
pub use store::CertificateStore;
