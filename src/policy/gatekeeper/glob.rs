//! Names with an asterisk at either end, as constraints have them.

use crate::api;

/// A name, or a prefix, suffix or infix of names: `kube-*`, `*-system`,
/// `*prod*` (gatekeeper, `pkg/wildcard`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    text: String,
    /// Absent for the empty text, which only fits a name that is empty.
    pattern: Option<api::Glob>,
}

impl Glob {
    /// What Gatekeeper's CRDs allow.
    pub(super) const PATTERN: &str = r"^\*?[-:a-z0-9]*\*?$";

    /// Reads a glob.
    ///
    /// # Errors
    /// A sentence, if the text is not one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let pattern = if text.is_empty() { None } else { Some(api::Glob::parse(text)) };
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b':';
        let inner = pattern.as_ref().and_then(|parsed| parsed.as_ref().ok());
        if !inner.is_none_or(|glob| glob.text().bytes().all(plain)) {
            return Err(format!("{text:?} must be lower case letters, digits, '-' and ':'"));
        }
        let pattern = pattern.transpose().map_err(|error| format!("{text:?} {error}"))?;
        Ok(Self { text: text.to_owned(), pattern })
    }

    /// Whether `candidate` is meant.
    #[must_use]
    pub fn matches(&self, candidate: &str) -> bool {
        self.pattern.as_ref().map_or(candidate.is_empty(), |glob| glob.matches(candidate))
    }

    /// Whether a `generateName` is meant. What the API server appends to it is
    /// not known, so that a suffix or a whole name never fits.
    #[must_use]
    pub fn matches_generate_name(&self, prefix: &str) -> bool {
        self.text.ends_with('*') && self.matches(prefix)
    }

    /// The text as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}
