//! The failures of one Pod as one line, in the words of the API server.

use super::{CheckFailure, Level, Version};

/// For a refusal: `violates PodSecurity "restricted:v1.34": reason (detail), …`.
#[must_use]
pub fn violation_message(level: Level, version: Version, failures: &[CheckFailure]) -> String {
    message("violates", level, version, failures)
}

/// For a warning or the audit log: the same after `would violate`.
#[must_use]
pub fn would_violate_message(level: Level, version: Version, failures: &[CheckFailure]) -> String {
    message("would violate", level, version, failures)
}

fn message(verb: &str, level: Level, version: Version, failures: &[CheckFailure]) -> String {
    let all: Vec<String> = failures
        .iter()
        .map(
            |CheckFailure { reason, detail, .. }| {
                if detail.is_empty() { reason.clone() } else { format!("{reason} ({detail})") }
            },
        )
        .collect();
    format!("{verb} PodSecurity \"{level}:{version}\": {}", all.join(", "))
}
