//! What a review is expected to get.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde_json::Value;

/// An expected answer; what is `None` may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Expectation {
    /// Whether it is allowed.
    pub(super) allowed: Option<bool>,
    /// Code of a denial.
    pub(super) code: Option<u16>,
    /// Reason of a denial: of the status, or of its leading cause.
    pub(super) reason: Option<String>,
}

/// The part of a recorded answer (`NAME.answer.json`) that is expected again.
#[derive(Debug, Deserialize)]
pub(super) struct Recorded {
    /// Path that the review was recorded at.
    #[serde(default)]
    pub(super) endpoint: Option<String>,
    allowed: bool,
    #[serde(default)]
    code: Option<u16>,
    #[serde(default)]
    reason: Option<String>,
}

impl Expectation {
    /// Anything is right.
    pub(super) const ANY: Self = Self { allowed: None, code: None, reason: None };

    /// Only whether it is allowed.
    pub(super) const fn verdict(allowed: bool) -> Self {
        Self { allowed: Some(allowed), code: None, reason: None }
    }

    /// Whether a denial of this code and these reasons is the expected one.
    pub(super) fn fits_denial(&self, code: u16, reasons: [Option<&str>; 2]) -> bool {
        let reason = self.reason.as_deref();
        self.code.is_none_or(|expected| expected == code)
            && (reason.is_none() || reasons.contains(&reason))
    }
}

impl Recorded {
    /// Reads an answer file.
    pub(super) fn read(answer: &Value) -> Result<Self, serde_json::Error> {
        Self::deserialize(answer)
    }

    pub(super) fn expectation(self) -> Expectation {
        Expectation { allowed: Some(self.allowed), code: self.code, reason: self.reason }
    }
}

impl FromStr for Expectation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (verdict, detail) = match text.split_once('=') {
            Some((verdict, detail)) => (verdict, Some(detail)),
            None => (text, None),
        };
        match (verdict, detail) {
            ("any", None) => Ok(Self::ANY),
            ("allowed", None) => Ok(Self::verdict(true)),
            ("denied", None) => Ok(Self::verdict(false)),
            ("denied", Some(detail)) if !detail.is_empty() => {
                let code = detail.parse::<u16>().ok();
                let reason = code.is_none().then(|| detail.to_owned());
                Ok(Self { allowed: Some(false), code, reason })
            }
            _ => Err(format!(
                "{text:?} is no verdict; give allowed, denied, denied=CODE, denied=REASON or any"
            )),
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.allowed {
            None => "anything",
            Some(true) => "allowed",
            Some(false) => "denied",
        })?;
        if let Some(code) = self.code {
            write!(formatter, " {code}")?;
        }
        if let Some(reason) = &self.reason {
            write!(formatter, " {reason}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn flags_name_a_verdict() {
        for (text, shown) in [
            ("any", "anything"),
            ("allowed", "allowed"),
            ("denied", "denied"),
            ("denied=403", "denied 403"),
            ("denied=SecretNotGranted", "denied SecretNotGranted"),
        ] {
            assert_eq!(text.parse::<Expectation>().unwrap().to_string(), shown);
        }
        for bad in ["", "yes", "allowed=403", "denied="] {
            assert!(bad.parse::<Expectation>().unwrap_err().contains("is no verdict"), "{bad}");
        }
    }

    #[test]
    fn a_recorded_answer_is_expected_again() {
        let answer = json!({"endpoint": "/mutate", "allowed": false, "code": 403,
            "reason": "SecretNotGranted", "field": "spec", "patch": []});
        let recorded = Recorded::read(&answer).unwrap();
        assert_eq!(recorded.endpoint.as_deref(), Some("/mutate"));
        let expected = recorded.expectation();
        assert_eq!(expected.to_string(), "denied 403 SecretNotGranted");
        assert!(expected.fits_denial(403, [Some("Forbidden"), Some("SecretNotGranted")]));
        assert!(!expected.fits_denial(422, [Some("Forbidden"), Some("SecretNotGranted")]));
        assert!(!expected.fits_denial(403, [Some("Forbidden"), None]));
        assert!(Recorded::read(&json!({"endpoint": "/mutate"})).is_err());
    }
}
