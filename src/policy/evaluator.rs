//! What one worker judges with.

/// How a worker judges.
#[derive(Clone, Copy, Debug)]
pub struct EvaluatorOptions {
    /// Whether verdicts are remembered.
    pub memo: bool,
}

impl Default for EvaluatorOptions {
    fn default() -> Self {
        Self { memo: true }
    }
}

/// A worker's machine and memory. Not shared: a worker borrows it for one
/// decision.
#[derive(Debug, Default)]
pub struct Evaluator {}

impl Evaluator {
    /// An evaluator that knows no policy yet.
    #[must_use]
    pub fn new(_options: EvaluatorOptions) -> Self {
        Self {}
    }
}
