//! Logs and metrics. Bounded labels, no object names, no secret values.

mod decisions;
mod logs;
mod metrics;

pub use decisions::DecisionLog;
pub use logs::{LogFormat, init};
pub use metrics::{Metrics, Observed, PolicyObserved, PolicyVerdict, Verdict};
