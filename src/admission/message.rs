//! What the caller reads. Most clients show the message alone and not the causes,
//! so it says everything: reason, rule, what would be allowed, and where.

use std::fmt::Write as _;

use crate::isolation::Violation;

use super::decision::Decision;

/// The most causes that one answer lists.
pub(super) const MAX_CAUSES: usize = 32;
/// The most fields that one sentence names.
const MAX_FIELDS: usize = 8;

/// What the caller reads: every broken rule, the leading one first; empty for
/// what is allowed.
#[must_use]
pub fn message(decision: &Decision) -> String {
    decision.leading().map_or_else(String::new, |leading| message_of(leading, &decision.violations))
}

/// What is wrong in the same way in several places is said once.
pub(super) fn message_of(leading: &Violation, all: &[Violation]) -> String {
    let others = all.iter().filter(|other| !std::ptr::eq(*other, leading));
    let mut said: Vec<(&Violation, Vec<&str>)> = Vec::new();
    for violation in std::iter::once(leading).chain(others).take(MAX_CAUSES) {
        let same = said.iter_mut().find(|(first, _)| {
            (first.reason, &first.rule, &first.message)
                == (violation.reason, &violation.rule, &violation.message)
        });
        match same {
            Some((_, fields)) => fields.push(&violation.field),
            None => said.push((violation, vec![&violation.field])),
        }
    }
    let mut message = String::new();
    for (violation, fields) in &said {
        let separator = if message.is_empty() { "" } else { "; " };
        let (reason, sentence) = (violation.reason_text(), violation.sentence());
        let _ = write!(message, "{separator}{reason}: {}", sentence.trim_end_matches('.'));
        place(fields, &mut message);
    }
    if all.len() > MAX_CAUSES {
        let _ = write!(message, "; and {} more", all.len() - MAX_CAUSES);
    }
    message
}

fn place(fields: &[&str], message: &mut String) {
    let named: Vec<&str> = fields.iter().copied().filter(|field| !field.is_empty()).collect();
    if named.is_empty() {
        return;
    }
    let shown = named.iter().take(MAX_FIELDS).copied().collect::<Vec<_>>().join(", ");
    let _ = write!(message, " (at {shown}");
    if named.len() > MAX_FIELDS {
        let _ = write!(message, " and {} more", named.len() - MAX_FIELDS);
    }
    message.push(')');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Reason;

    fn said(found: &[(Reason, &str, &str)]) -> String {
        let violations = found
            .iter()
            .map(|(reason, field, message)| Violation {
                rule: "some/rule".into(),
                reason: *reason,
                field: (*field).to_owned(),
                message: (*message).to_owned(),
            })
            .collect();
        message(&Decision { violations, ..Decision::default() })
    }

    const SCHEDULING: Reason = Reason::SchedulingForbidden;

    #[test]
    fn a_message_says_where() {
        assert_eq!(said(&[]), "");
        assert_eq!(
            said(&[(SCHEDULING, "spec.nodeName", "must be empty.")]),
            "SchedulingForbidden: some/rule: must be empty (at spec.nodeName)"
        );
        assert_eq!(
            said(&[(Reason::ConnectForbidden, "", "not open.")]),
            "ConnectForbidden: some/rule: not open"
        );
    }

    #[test]
    fn what_is_wrong_in_several_places_is_said_once() {
        assert_eq!(
            said(&[
                (SCHEDULING, "a", "must be empty"),
                (SCHEDULING, "b", "must be absent"),
                (SCHEDULING, "c", "must be empty"),
                (Reason::KindNotAllowed, "d", "must be empty"),
            ]),
            "SchedulingForbidden: some/rule: must be empty (at a, c); \
             SchedulingForbidden: some/rule: must be absent (at b); \
             KindNotAllowed: some/rule: must be empty (at d)"
        );
    }

    #[test]
    fn a_refusal_for_good_comes_first() {
        let text =
            said(&[(Reason::IsolationNotReady, "a", "wait"), (SCHEDULING, "b", "must be empty")]);
        assert!(text.starts_with("SchedulingForbidden: "), "{text}");
    }

    #[test]
    fn a_message_is_bounded() {
        let fields: Vec<String> = (0..40).map(|number| format!("f{number}")).collect();
        let same: Vec<_> = fields.iter().map(|field| (SCHEDULING, field.as_str(), "no")).collect();
        assert_eq!(
            said(&same),
            "SchedulingForbidden: some/rule: no (at f0, f1, f2, f3, f4, f5, f6, f7 and 24 more); \
             and 8 more"
        );
    }
}
