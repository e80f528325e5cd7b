//! Whose processor time and memory are looked at.

use std::time::Duration;

use serde::Serialize;

use crate::telemetry::{Usage, thread_time};

use super::floor;

/// What serves a target, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watched {
    /// It runs somewhere.
    Unknown,
    /// A process of this machine.
    Process(u32),
    /// Threads of this process.
    Floor,
}

/// What was used while something was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Used {
    #[serde(skip)]
    pub(super) processor: Duration,
    /// Bytes, at the end; none for the floor, which shares the client's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) resident_bytes: Option<u64>,
    /// Bytes, of the whole life of the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) peak_bytes: Option<u64>,
}

impl Watched {
    /// What it has used so far; none when that cannot be known.
    pub(super) fn now(self) -> Option<Used> {
        match self {
            Self::Unknown => None,
            Self::Floor => Some(Used { processor: thread_time(floor::THREAD), ..Used::default() }),
            Self::Process(id) => Usage::of(id).ok().map(|usage| Used {
                processor: usage.processor,
                resident_bytes: Some(usage.resident),
                peak_bytes: Some(usage.peak),
            }),
        }
    }

    /// What it has used since.
    pub(super) fn since(self, before: Option<Used>) -> Option<Used> {
        let (now, before) = (self.now()?, before?);
        Some(Used { processor: now.processor.saturating_sub(before.processor), ..now })
    }
}

/// Processor time of this process without the floor.
pub(super) fn client_time() -> Duration {
    let all = Usage::of(0).unwrap_or_default().processor;
    all.saturating_sub(thread_time(floor::THREAD))
}
