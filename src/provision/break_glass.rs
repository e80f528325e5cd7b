//! Whether an administrator has stopped healing.

use std::collections::BTreeMap;

use k8s_openapi::jiff::Timestamp;

/// Key of the sentence that says why.
const REASON: &str = "reason";
/// Key of the time at which it ends by itself, RFC 3339.
const EXPIRES: &str = "expires";

/// What the break-glass ConfigMap says at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BreakGlass {
    /// There is none: everything is healed.
    Off,
    /// Nothing is healed or restored.
    On {
        /// Why, in the administrator's words.
        reason: String,
        /// When it ends by itself.
        until: Timestamp,
    },
    /// It has ended and was not taken away.
    Over {
        /// When it ended.
        since: Timestamp,
    },
    /// It is not honoured; says what would be right.
    Invalid(String),
}

impl BreakGlass {
    /// Whether nothing is healed.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        matches!(self, Self::On { .. })
    }
}

/// Reads the data of the ConfigMap; `None` where there is none. Both keys are
/// needed: one without an end would be forgotten, and one without a reason
/// could not be questioned.
#[must_use]
pub fn break_glass(data: Option<&BTreeMap<String, String>>, now: Timestamp) -> BreakGlass {
    let Some(data) = data else { return BreakGlass::Off };
    let text = |key: &str| data.get(key).map(|text| text.trim()).filter(|text| !text.is_empty());
    let Some(reason) = text(REASON) else {
        return BreakGlass::Invalid(format!("data.{REASON} is missing: say why in a sentence"));
    };
    let Some(expires) = text(EXPIRES) else {
        return BreakGlass::Invalid(format!(
            "data.{EXPIRES} is missing: write when it ends, as in 2026-01-31T18:00:00Z"
        ));
    };
    match expires.parse::<Timestamp>() {
        Ok(until) if now < until => BreakGlass::On { reason: reason.to_owned(), until },
        Ok(since) => BreakGlass::Over { since },
        Err(_) => BreakGlass::Invalid(format!(
            "data.{EXPIRES}: {expires:?} is no time; write one as in 2026-01-31T18:00:00Z"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn read(pairs: &[(&str, &str)]) -> BreakGlass {
        let data = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        break_glass(Some(&data), at("2026-01-31T12:00:00Z"))
    }

    #[test]
    fn it_is_on_until_it_expires() {
        assert_eq!(break_glass(None, at("2026-01-31T12:00:00Z")), BreakGlass::Off);
        let on = read(&[("reason", " CNI is down "), ("expires", "2026-01-31T12:00:01Z")]);
        let until = at("2026-01-31T12:00:01Z");
        assert_eq!(on, BreakGlass::On { reason: "CNI is down".to_owned(), until });
        assert!(on.is_on());
        for over in ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00+01:00"] {
            let over = read(&[("reason", "x"), ("expires", over)]);
            assert!(matches!(over, BreakGlass::Over { .. }) && !over.is_on(), "{over:?}");
        }
    }

    #[test]
    fn without_reason_or_end_it_is_not_honoured() {
        for (data, said) in [
            (&[][..], "data.reason"),
            (&[("reason", " "), ("expires", "2026-02-01T00:00:00Z")], "data.reason"),
            (&[("reason", "x")], "data.expires is missing"),
            (&[("reason", "x"), ("expires", "tomorrow")], "\"tomorrow\" is no time"),
            (&[("reason", "x"), ("expires", "2026-02-01")], "is no time"),
        ] {
            let BreakGlass::Invalid(why) = read(data) else { panic!("{data:?} is honoured") };
            assert!(why.contains(said), "{why}");
        }
    }
}
