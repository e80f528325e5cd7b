//! Names with a `*` at either end, as Gatekeeper's constraints have them.

/// A pattern of names: exact, `prefix*`, `*suffix` or `*part*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    text: Box<str>,
    /// Anything may come before.
    open_start: bool,
    /// Anything may come after.
    open_end: bool,
}

/// Why a text is not a [`Glob`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    /// Nothing would match.
    #[error("is empty; write a name, or `*` for every name")]
    Empty,
    /// A `*` in the middle.
    #[error("has a `*` inside; it stands at the beginning or at the end only, as in `team-*`")]
    Inner,
}

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`GlobError`] when it is empty or has a `*` inside.
    pub fn parse(pattern: &str) -> Result<Self, GlobError> {
        if pattern.is_empty() {
            return Err(GlobError::Empty);
        }
        let (open_start, rest) = pattern.strip_prefix('*').map_or((false, pattern), |r| (true, r));
        let (open_end, text) = rest.strip_suffix('*').map_or((false, rest), |r| (true, r));
        if text.contains('*') {
            return Err(GlobError::Inner);
        }
        Ok(Self { text: text.into(), open_start, open_end })
    }

    /// Whether a name fits the pattern.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match (self.open_start, self.open_end) {
            (false, false) => *self.text == *name,
            (false, true) => name.starts_with(&*self.text),
            // `*` alone is an open start without text: every name ends in nothing.
            (true, false) => name.ends_with(&*self.text),
            (true, true) => name.contains(&*self.text),
        }
    }

    /// The part between the stars.
    #[must_use]
    pub const fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_at_the_ends() {
        for (pattern, yes, no) in [
            ("acme", &["acme"][..], &["acm", "acme-", "xacme", ""][..]),
            ("acme-*", &["acme-", "acme-dev"], &["acme", "x-acme-dev"]),
            ("*-dev", &["-dev", "acme-dev"], &["dev", "acme-dev-1"]),
            ("*-dev-*", &["a-dev-b", "-dev-"], &["a-dev", "dev-b"]),
            ("*", &["", "a"], &[]),
            ("**", &["", "a"], &[]),
        ] {
            let glob = Glob::parse(pattern).unwrap();
            for name in yes {
                assert!(glob.matches(name), "{pattern} {name}");
            }
            for name in no {
                assert!(!glob.matches(name), "{pattern} {name}");
            }
        }
        assert_eq!(Glob::parse(""), Err(GlobError::Empty));
        for pattern in ["a*b", "***", "*a*b*"] {
            assert_eq!(Glob::parse(pattern), Err(GlobError::Inner), "{pattern}");
        }
    }
}
