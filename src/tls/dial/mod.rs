//! The client's side of the wire: how an API server dials a webhook.
//!
//! HTTP/1.1 over TLS, one request at a time on a connection, the name verified
//! against a bundle of CAs, and nothing retried once a request was written. For
//! what asks a webhook as an API server would: `lessor demo`, `lessor bench`,
//! tests and benches. Start reading at [`Dialer`].

mod connection;
mod dialer;
#[cfg(test)]
mod tests;
mod trust;

pub use connection::{ANSWER_LIMIT, Answer, Connection, PostError};
pub use dialer::{DialError, Dialer, Duplex};
pub use trust::{Identity, Trust, client_config};
