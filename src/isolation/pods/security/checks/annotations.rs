//! Profiles given as annotations, as they were before there were fields.

use super::super::containers::Pod;
use super::super::field::{Field, at};
use super::super::offenders::Offenders;
use super::super::text::annotation;
use serde_json::Value;

/// The annotations that are `forbidden`, as messages show them, sorted. Their
/// paths are added to `found`. Annotations that cannot be read are forbidden.
pub(super) fn forbidden_annotations(
    pod: Pod<'_>,
    found: &mut Offenders,
    forbidden: impl Fn(&str, Field<'_>) -> bool,
) -> Vec<String> {
    let mut shown = Vec::new();
    match pod.annotations() {
        Field::Unset => {}
        Field::Set(Value::Object(map)) => {
            for (key, value) in map {
                let value = at(value, &[]);
                if forbidden(key, value) {
                    found.add_field(format!("metadata.annotations[{key}]"));
                    shown.push(annotation(key, &value.describe()));
                }
            }
        }
        field => {
            found.add_field("metadata.annotations".to_owned());
            shown.push(annotation("metadata.annotations", &field.describe()));
        }
    }
    // The texts sort differently from the keys: "=" comes after "-".
    shown.sort_unstable();
    shown
}

/// A profile that lies on the node; administrators put it there.
pub(super) fn is_local(profile: Field<'_>) -> bool {
    profile.text().is_some_and(|text| text.starts_with("localhost/"))
}
