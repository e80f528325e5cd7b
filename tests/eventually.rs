//! Polling for what a controller does in its own time.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

/// Repeats `attempt` until it succeeds; after `limit` it fails with the last
/// attempt's error, the number of attempts and the time they took.
pub(crate) async fn eventually<T>(
    limit: Duration,
    mut attempt: impl AsyncFnMut() -> Result<T>,
) -> Result<T> {
    let began = Instant::now();
    let mut pause = Duration::from_millis(20);
    let mut attempts = 1_u32;
    loop {
        let left = limit.saturating_sub(began.elapsed());
        // One attempt may hang; it must not outlive the limit by much.
        let outcome = tokio::time::timeout(left + Duration::from_secs(1), attempt()).await;
        let error = match outcome {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) => error,
            Err(_) => anyhow!("the attempt did not return"),
        };
        if began.elapsed() >= limit {
            return Err(error.context(format!(
                "not within {:.1} s ({attempts} attempts); the last one",
                limit.as_secs_f64()
            )));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(Duration::from_millis(250));
        attempts += 1;
    }
}
