//! What both roles need of the API server beside their own calls.
//!
//! Does I/O; knows neither the webhook nor the controller. Start reading at
//! [`Leadership`].

mod leadership;

pub use leadership::{Leadership, LeadershipError};
