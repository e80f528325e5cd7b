//! The server under the webhook: TLS, HTTP/1.1, hard limits, a lossless drain.
//!
//! The limits that a router cannot see are here: handshake, request head, idle
//! connections, their number in total and from one address. The limits of a
//! request (size, content type, body time) are middleware of the webhook room.
//!
//! The HTTP library offers one timer for "waiting for a head". It runs on an
//! idle connection too, so three seconds for slow heads would also close pooled
//! connections after three seconds, and an API server does not repeat a POST
//! that meets a closing connection. The clock here tells the two apart.
//!
//! The room must never look at a request beyond its framing, and never end the
//! process: whoever started the server waits for it.
//!
//! Start reading at [`serve`].

mod clock;
mod connection;
#[cfg(test)]
mod life_tests;
mod options;
mod seats;
mod server;
#[cfg(test)]
mod tests;

pub use options::{DRAIN, ServeOptions};
pub use server::{Counters, ServeError, Server, serve};
