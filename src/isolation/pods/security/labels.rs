//! The Pod Security labels of a Namespace.

use super::{Level, Version};
use crate::names::POD_SECURITY_PREFIX;
use std::fmt::Display;
use std::str::FromStr;

/// What the labels of a Namespace ask for, one standard a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labels {
    /// Violating Pods are refused.
    pub enforce: (Level, Version),
    /// Violations are recorded in the audit log.
    pub audit: (Level, Version),
    /// Violations are shown to the user.
    pub warn: (Level, Version),
}

/// A label whose value means nothing. Printed as the API server prints it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("metadata.labels[{key}]: Invalid value: \"{value}\": {problem}")]
pub struct LabelError {
    /// The whole key of the label.
    pub key: String,
    /// The value as found.
    pub value: String,
    /// What would be valid.
    pub problem: String,
}

impl Labels {
    /// Reads `pod-security.kubernetes.io/{enforce,audit,warn}[-version]`.
    ///
    /// `get` returns the value of a label by its whole key. Labels that are
    /// unset mean `privileged:latest`. An invalid level fails closed for
    /// enforce (restricted) and open for audit and warn (privileged), an
    /// invalid version means latest; each is also returned as an error. Without
    /// a warn level, warn follows a valid enforce level that is stricter, with
    /// its version unless warn has one.
    pub fn parse<'a>(get: impl Fn(&str) -> Option<&'a str>) -> (Self, Vec<LabelError>) {
        let mut reader = Reader { get, errors: Vec::new() };
        let enforce = reader.mode("enforce", Level::Restricted);
        let audit = reader.mode("audit", Level::Privileged);
        let mut warn = reader.mode("warn", Level::Privileged);

        if let (Some(Ok(level)), None) = (enforce.level, warn.level)
            && level > Level::Privileged
        {
            warn.level = Some(Ok(level));
            warn.version = warn.version.or(enforce.version);
        }
        let labels =
            Self { enforce: enforce.resolve(), audit: audit.resolve(), warn: warn.resolve() };
        (labels, reader.errors)
    }
}

/// One mode as found. `Err` holds what an invalid level falls back to.
#[derive(Clone, Copy)]
struct Mode {
    level: Option<Result<Level, Level>>,
    version: Option<Version>,
}

impl Mode {
    fn resolve(self) -> (Level, Version) {
        let level = match self.level {
            Some(Ok(level) | Err(level)) => level,
            None => Level::Privileged,
        };
        (level, self.version.unwrap_or(Version::Latest))
    }
}

struct Reader<G> {
    get: G,
    errors: Vec<LabelError>,
}

impl<'a, G: Fn(&str) -> Option<&'a str>> Reader<G> {
    fn mode(&mut self, mode: &str, fallback: Level) -> Mode {
        let level = self.read::<Level>(format!("{POD_SECURITY_PREFIX}{mode}"));
        let version = self.read::<Version>(format!("{POD_SECURITY_PREFIX}{mode}-version"));
        Mode {
            level: level.map(|level| level.map_err(|()| fallback)),
            version: version.map(|version| version.unwrap_or(Version::Latest)),
        }
    }

    /// `None` if the label is not set; the error has been recorded already.
    fn read<T>(&mut self, key: String) -> Option<Result<T, ()>>
    where
        T: FromStr<Err: Display>,
    {
        let value = (self.get)(&key)?;
        Some(value.parse().map_err(|problem: T::Err| {
            self.errors.push(LabelError {
                key,
                value: value.to_owned(),
                problem: problem.to_string(),
            });
        }))
    }
}
