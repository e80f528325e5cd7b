//! Logs and metrics. Bounded labels, no object names, no secret values.

mod logs;
mod metrics;

pub use logs::{LogFormat, init};
pub use metrics::{Metrics, Observed, Verdict};
