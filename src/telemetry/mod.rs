//! Logs and metrics, and what processes use. Bounded labels, no object names,
//! no secret values.

mod logs;
mod metrics;
mod usage;

pub use logs::{LogFormat, init};
pub use metrics::{Metrics, Observed, Verdict};
pub use usage::{Usage, thread_time};
