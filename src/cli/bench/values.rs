//! What flags say, parsed.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use axum::http::Uri;
use clap::ValueEnum;
use serde::Serialize;

use crate::webhook::parse_go_duration;

/// The highest rate that is taken, in starts a second: far above what one
/// client process can send.
const HIGHEST_RATE: f64 = 1e6;

/// How fast reviews are started.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rate {
    /// Each connection starts the next when the last one was answered.
    Max,
    /// So many a second, whatever becomes of them.
    PerSecond(f64),
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" { Ok(Self::Max) } else { per_second(text).map(Self::PerSecond) }
    }
}

fn per_second(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().ok().filter(|rate| *rate > 0.0 && *rate <= HIGHEST_RATE);
    rate.ok_or_else(|| format!("{text:?} is no rate; give starts a second, up to {HIGHEST_RATE}"))
}

/// A part of a run at one rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stage {
    /// Starts a second.
    pub(super) rate: f64,
    /// How long.
    pub(super) duration: Duration,
}

impl FromStr for Stage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (rate, time) = text
            .split_once(':')
            .ok_or_else(|| format!("{text:?} is no stage; give RATE:DURATION, such as 100:10s"))?;
        Ok(Self { rate: per_second(rate)?, duration: duration(time)? })
    }
}

/// Reads a duration as Go writes it; zero is none.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    parse_go_duration(text)
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| format!("{text:?} is no duration; give for example 500ms, 10s or 1m30s"))
}

/// Reads a duration that may be zero.
pub(super) fn duration_or_none(text: &str) -> Result<Duration, String> {
    if text == "0s" { Ok(Duration::ZERO) } else { duration(text) }
}

/// When starts happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum Arrivals {
    /// At even distances.
    Fixed,
    /// At random distances, as from many callers who know nothing of each other.
    Poisson,
}

/// What differs from one review to the next, beside the uid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum Vary {
    /// Names of Pods and of what makes them.
    Name,
    /// One more label, on any object.
    Labels,
    /// Tags and digests of images.
    Images,
}

/// How many reviews may fail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Errors {
    /// So many.
    Count(u64),
    /// So large a part, from 0 to 1.
    Share(f64),
}

impl FromStr for Errors {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let share = |number: &str| number.parse::<f64>().ok().filter(|n| (0.0..=100.0).contains(n));
        let errors = match text.strip_suffix('%') {
            Some(number) => share(number).map(|percent| Self::Share(percent / 100.0)),
            None => text.parse().ok().map(Self::Count),
        };
        errors.ok_or_else(|| format!("{text:?} is no number of errors; give for example 0 or 0.1%"))
    }
}

/// Files and how often their reviews come, relative to the others.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weighted {
    /// File or folder.
    pub(super) path: PathBuf,
    /// At least 0.
    pub(super) weight: f64,
}

impl FromStr for Weighted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = || Self { path: PathBuf::from(text), weight: 1.0 };
        let Some((path, weight)) = text.rsplit_once('=') else { return Ok(plain()) };
        match weight.parse::<f64>() {
            Ok(weight) if weight > 0.0 && weight.is_finite() => {
                Ok(Self { path: PathBuf::from(path), weight })
            }
            Ok(_) => Err(format!("{text:?}: a weight is above 0")),
            // A path may have an equals sign of its own.
            Err(_) => Ok(plain()),
        }
    }
}

/// Reads the path of an endpoint.
pub(super) fn path(text: &str) -> Result<String, String> {
    let is_path = text.starts_with('/') && text.parse::<Uri>().is_ok();
    is_path.then(|| text.to_owned()).ok_or_else(|| format!("{text:?} is no path; give /mutate"))
}

/// A note that the report repeats.
pub(super) fn note(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(format!("{text:?} is no note; give KEY=VALUE, such as commit=1a2b3c4")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_stages() {
        assert_eq!("max".parse(), Ok(Rate::Max));
        assert_eq!("0.5".parse(), Ok(Rate::PerSecond(0.5)));
        for bad in ["0", "-1", "NaN", "inf", "1e9", "fast", ""] {
            assert!(bad.parse::<Rate>().unwrap_err().contains("is no rate"), "{bad}");
        }
        let stage = Stage { rate: 100.0, duration: Duration::from_secs(10) };
        assert_eq!("100:10s".parse(), Ok(stage));
        assert!("100".parse::<Stage>().unwrap_err().contains("RATE:DURATION"));
        assert!("max:10s".parse::<Stage>().unwrap_err().contains("is no rate"));
        assert!("100:10".parse::<Stage>().unwrap_err().contains("is no duration"));
    }

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        assert!(duration("10").is_err() && duration("0s").is_err());
        assert_eq!(duration_or_none("0s"), Ok(Duration::ZERO));
    }

    #[test]
    fn errors_are_a_number_or_a_share() {
        assert_eq!("0".parse(), Ok(Errors::Count(0)));
        assert_eq!("0.1%".parse(), Ok(Errors::Share(0.001)));
        for bad in ["-1", "1.5", "101%", "some"] {
            assert!(bad.parse::<Errors>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_weight_follows_the_path() {
        let weighted = |path: &str, weight| Weighted { path: path.into(), weight };
        assert_eq!("a/b".parse(), Ok(weighted("a/b", 1.0)));
        assert_eq!("a/b=2.5".parse(), Ok(weighted("a/b", 2.5)));
        assert_eq!("a=b/c".parse(), Ok(weighted("a=b/c", 1.0)));
        assert!("a=0".parse::<Weighted>().unwrap_err().contains("above 0"));
        assert_eq!(note("commit=1=2"), Ok(("commit".to_owned(), "1=2".to_owned())));
        assert!(note("commit").is_err());
        assert_eq!(path("/mutate?a=b"), Ok("/mutate?a=b".to_owned()));
        assert!(path("mutate").is_err() && path("/a b").is_err());
    }
}
