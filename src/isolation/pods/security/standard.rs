//! Which standard: a level and the version it is pinned to.

use std::fmt;
use std::str::FromStr;

/// The newest minor version of Kubernetes that changed a control. Standards
/// pinned above it are evaluated as this one.
pub const NEWEST_MINOR: u32 = 37;

/// How strict a standard is. Ordered: a later level includes the earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// No control at all.
    Privileged,
    /// Prevents known privilege escalations.
    Baseline,
    /// Baseline and the hardening practices.
    Restricted,
}

impl Level {
    /// The name used in labels: lowercase.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is none of the three levels; matched exactly, case included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of privileged, baseline, restricted")]
pub struct ParseLevelError;

impl FromStr for Level {
    type Err = ParseLevelError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Privileged, Self::Baseline, Self::Restricted]
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or(ParseLevelError)
    }
}

/// The version a standard is pinned to. Ordered: `latest` is the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// `v1.N`, printed as given even where it is above [`NEWEST_MINOR`].
    Minor(u32),
    /// `latest`: always [`NEWEST_MINOR`].
    Latest,
}

impl Version {
    /// The minor version whose controls apply.
    pub(super) const fn effective_minor(self) -> u32 {
        match self {
            Self::Minor(minor) if minor < NEWEST_MINOR => minor,
            Self::Minor(_) | Self::Latest => NEWEST_MINOR,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minor(minor) => write!(f, "v1.{minor}"),
            Self::Latest => f.write_str("latest"),
        }
    }
}

/// The text is neither `latest` nor `v1.N` in plain decimal, without leading
/// zeros and within 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be \"latest\" or \"v1.x\"")]
pub struct ParseVersionError;

impl FromStr for Version {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "latest" {
            return Ok(Self::Latest);
        }
        let digits = text.strip_prefix("v1.").ok_or(ParseVersionError)?;
        // `u32::from_str` alone would also take "+1" and "01".
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit())
            && (digits == "0" || !digits.starts_with('0'));
        if !plain {
            return Err(ParseVersionError);
        }
        digits.parse().map(Self::Minor).map_err(|_| ParseVersionError)
    }
}
