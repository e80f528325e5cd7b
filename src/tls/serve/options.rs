//! The limits of the server.

use std::net::SocketAddr;
use std::time::Duration;

/// How long to keep accepting after a drain began. An API server reuses an idle
/// pooled connection for up to 90 s: by then each one was either used, and
/// closed by our header, or dropped by its client.
pub const DRAIN: Duration = Duration::from_secs(95);

/// Address and limits. All are deliberate; change them with a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServeOptions {
    /// Where to listen; port 0 lets the system choose.
    pub address: SocketAddr,
    /// From accepted to encrypted. 3 s.
    pub handshake_timeout: Duration,
    /// From the first byte of a request's head to its last. 3 s.
    pub header_timeout: Duration,
    /// How long a connection may stay unused, a new one included. 120 s: it must
    /// exceed the 90 s of Go's pool, so that the client closes first.
    pub idle_timeout: Duration,
    /// From a complete head to the end of the response: a net under the
    /// handler's own deadline and under clients that do not read. 40 s, above
    /// the 30 s that `timeoutSeconds` can be.
    pub request_timeout: Duration,
    /// A connection older than this is ended with the next response, so that
    /// load spreads again after a rollout. 300 s.
    pub connection_age: Duration,
    /// Connections at a time. 1,024; further ones are closed at once.
    pub max_connections: usize,
    /// Connections at a time from one address. 256: above the 200 mutating
    /// requests that an API server has in flight by default.
    pub max_connections_per_address: usize,
    /// How long requests in flight may take once accepting has ended. 10 s.
    pub in_flight_timeout: Duration,
}

impl ServeOptions {
    /// The default limits at an address.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            handshake_timeout: Duration::from_secs(3),
            header_timeout: Duration::from_secs(3),
            idle_timeout: Duration::from_mins(2),
            request_timeout: Duration::from_secs(40),
            connection_age: Duration::from_mins(5),
            max_connections: 1024,
            max_connections_per_address: 256,
            in_flight_timeout: Duration::from_secs(10),
        }
    }
}
