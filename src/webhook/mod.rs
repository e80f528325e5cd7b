//! The HTTP face of the webhook.
//!
//! It turns bytes that an API server sent into a question for the pure rooms
//! and their decision into bytes, within a deadline and within limits. It must
//! never decide anything itself, never answer a redirect and never ask to be
//! retried by header: both are acted upon by the API server's client
//! (CVE-2020-8561; a `Retry-After` header multiplies an overload by ten).
//!
//! Start reading at [`with_limits`]: what every request passes first; then
//! [`Reviewer`], which answers it.

#[cfg(test)]
mod access_tests;
mod certificates;
mod floor;
mod gate;
mod go_duration;
mod health;
mod limits;
#[cfg(test)]
mod limits_tests;
mod process;
mod review;

pub use certificates::follow_secret;
pub use floor::floor;
pub use go_duration::parse_go_duration;
pub use health::Health;
pub use limits::{BODY_LIMIT, BODY_TIMEOUT, Deadline, Limits, deadline, with_limits};
pub use process::{serve_health, start, until_drained};
pub use review::{Reviewer, routes};
