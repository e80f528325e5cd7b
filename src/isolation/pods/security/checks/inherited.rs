//! Fields that a container may set itself or inherit from its Pod.

use super::super::containers::{Pod, Subject};
use super::super::field::Field;
use super::super::offenders::Offenders;

/// Who set such a field badly, and who has it neither set nor inherited.
///
/// Messages name the missing ones only when nobody set it badly.
#[derive(Debug, Default)]
pub(super) struct Inherited {
    pub(super) explicit: Offenders,
    pub(super) missing: Offenders,
}

impl Inherited {
    /// `read` reads the field of a subject; `path` is its name in messages.
    pub(super) fn find<'a>(
        pod: Pod<'a>,
        path: &str,
        read: impl Fn(Subject<'a>) -> Field<'a>,
        good: impl Fn(Field<'a>) -> bool,
    ) -> Self {
        let mut found = Self::default();
        let mut pod_is_good = false;
        for subject in pod.setters() {
            let field = read(subject);
            let is_pod = matches!(subject, Subject::Pod(_));
            if field.is_unset() {
                if !is_pod && !pod_is_good {
                    found.missing.blame(subject, path);
                }
            } else if good(field) {
                pod_is_good |= is_pod;
            } else {
                found.explicit.blame(subject, path);
                found.explicit.note(field);
            }
        }
        found
    }
}
