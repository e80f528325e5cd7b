//! The objects that a tenant becomes, as a table.

use serde_json::Value;
use std::fmt::Write as _;

use crate::cli::output::hanging;
use crate::names;

use super::show::WIDTH;

/// A kind and its objects.
type Row = (String, Vec<String>);

/// Columns of the kind.
const KIND: usize = 16;

/// Namespaces with what is in each, those with the same objects together.
pub(super) fn table(objects: &[Value], namespaces: &[String]) -> String {
    let mut groups: Vec<(Vec<&str>, Vec<Row>)> = Vec::new();
    for namespace in namespaces {
        let found = contents(objects, namespace);
        match groups.iter_mut().find(|(_, known)| *known == found) {
            Some((members, _)) => members.push(namespace),
            None => groups.push((vec![namespace], found)),
        }
    }
    let mut out = String::new();
    for (members, kinds) in groups {
        let each = if members.len() > 1 { ", each with" } else { "" };
        let _ = writeln!(out, "     {}{each}", members.join(", "));
        for (kind, listed) in kinds {
            let line = format!("{kind:<KIND$}{}", listed.join("; "));
            out.push_str(&hanging(&line, 7, KIND, WIDTH));
        }
    }
    out
}

/// Kinds in the order they are created, each with its objects.
fn contents(objects: &[Value], namespace: &str) -> Vec<Row> {
    let mut kinds: Vec<Row> = Vec::new();
    for object in objects {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
        if text("/metadata/namespace") != Some(namespace) {
            continue;
        }
        let kind = text("/kind").unwrap_or_default();
        match kinds.iter_mut().find(|(known, _)| known == kind) {
            Some((_, listed)) => listed.push(label(object)),
            None => kinds.push((kind.to_owned(), vec![label(object)])),
        }
    }
    kinds
}

/// What an object is for: its description, else its name without our prefix;
/// of a RoleBinding also who gets the role.
fn label(object: &Value) -> String {
    let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    let name = name.strip_prefix(names::RESERVED_NAME_PREFIX).unwrap_or(name);
    let annotations = object.pointer("/metadata/annotations");
    let described = annotations.and_then(|all| all.get(names::DESCRIPTION_ANNOTATION));
    let label = described.and_then(Value::as_str).unwrap_or(name);
    let subjects = object.get("subjects").and_then(Value::as_array);
    let subjects: Vec<&str> = subjects
        .into_iter()
        .flatten()
        .filter_map(|subject| subject.get("name").and_then(Value::as_str))
        .collect();
    if subjects.is_empty() {
        label.to_owned()
    } else {
        format!("{label} to {}", subjects.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn namespaces_with_the_same_objects_are_shown_once() {
        let policy = |namespace: &str| {
            json!({"kind": "NetworkPolicy",
            "metadata": {"namespace": namespace, "name": "lessor-default-deny"}})
        };
        let binding = json!({"kind": "RoleBinding", "subjects": [{"name": "jane"}],
            "metadata": {"namespace": "c", "name": "lessor-members-x",
                "annotations": {names::DESCRIPTION_ANNOTATION: "lessor-tenant-view"}}});
        let objects = [policy("a"), policy("b"), policy("c"), binding];
        assert_eq!(
            table(&objects, &["a", "b", "c"].map(str::to_owned)),
            "     a, b, each with\n       NetworkPolicy   default-deny\n     c\n       NetworkPolicy   \
             default-deny\n       RoleBinding     lessor-tenant-view to jane\n"
        );
    }
}
