//! The `type` of a seccomp or AppArmor profile.

use super::super::containers::Subject;
use super::super::field::Field;
use serde_json::Value;

/// What the API reads where a profile is given without a type.
static NO_TYPE: Value = Value::String(String::new());

/// The type of the subject's profile; unset only if there is no profile.
pub(super) fn profile_type<'a>(subject: Subject<'a>, profile: &str) -> Field<'a> {
    let profile = subject.field(&["securityContext", profile]);
    match profile.child(&["type"]) {
        Field::Unset if !profile.is_unset() => Field::Set(&NO_TYPE),
        field => field,
    }
}

/// A type that leaves the container confined.
pub(super) fn is_confined(field: Field<'_>) -> bool {
    field.is_one_of(&["RuntimeDefault", "Localhost"])
}
