//! Which requests are meant: what Policies and Exemptions share.

use super::errors::Errors;
use crate::api::glob::Glob;
use crate::api::policy_match::{GroupKinds, NamedSelector, PolicyMatch};
use crate::api::syntax::{is_dns_label, is_dns_subdomain};

/// Checks what a Policy matches.
pub(super) fn matching(matching: &PolicyMatch, errors: &mut Errors) {
    let at = |field: &str| format!("spec.match.{field}");
    if matching.kinds.is_empty() {
        errors.invalid(at("kinds"), "is empty; name at least one kind, or `*` in both lists");
    }
    kinds(&at("kinds"), &matching.kinds, errors);
    if matching.operations.is_empty() {
        errors.invalid(at("operations"), "is empty; leave it out for CREATE and UPDATE");
    }
    for (i, operation) in matching.operations.iter().enumerate() {
        if matching.operations[..i].contains(operation) {
            errors.invalid(
                format!("{}[{i}]", at("operations")),
                format!("{} is listed twice", operation.as_str()),
            );
        }
    }
    for (i, subresource) in matching.subresources.iter().enumerate() {
        let plain = subresource.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if subresource != "*" && (subresource.is_empty() || !plain) {
            errors.invalid(
                format!("{}[{i}]", at("subresources")),
                format!("`{subresource}` is not a subresource such as `ephemeralcontainers`; write it without its resource"),
            );
        }
    }
    named(&at("tenants"), &matching.tenants, errors);
    named(&at("classes"), &matching.classes, errors);
    namespaces(&at("namespaces"), &matching.namespaces, errors);
    namespaces(&at("excludedNamespaces"), &matching.excluded_namespaces, errors);
    for (field, selector) in [
        ("namespaceSelector", &matching.namespace_selector),
        ("labelSelector", &matching.label_selector),
    ] {
        if let Some(selector) = selector {
            errors.selector(&at(field), selector);
        }
    }
    if let Some(name) = &matching.name {
        object_name(&at("name"), name, errors);
    }
}

/// Checks groups and kinds.
pub(super) fn kinds(field: &str, kinds: &[GroupKinds], errors: &mut Errors) {
    for (i, entry) in kinds.iter().enumerate() {
        let groups = format!("{field}[{i}].apiGroups");
        if entry.api_groups.is_empty() {
            errors.invalid(&groups, "is empty; the core group is written \"\"");
        }
        alone(&groups, &entry.api_groups, errors);
        for (j, group) in entry.api_groups.iter().enumerate() {
            if group.contains('/') {
                errors.invalid(
                    format!("{groups}[{j}]"),
                    format!("`{group}` has a version; write the group alone"),
                );
            } else if !group.is_empty() && group != "*" && !is_dns_subdomain(group) {
                errors.invalid(
                    format!("{groups}[{j}]"),
                    format!("`{group}` is not an API group such as `apps`"),
                );
            }
        }
        let names = format!("{field}[{i}].kinds");
        if entry.kinds.is_empty() {
            errors.invalid(&names, "is empty; name a kind, or `*` for all");
        }
        alone(&names, &entry.kinds, errors);
        for (j, kind) in entry.kinds.iter().enumerate() {
            if kind != "*" && !is_kind(kind) {
                errors.invalid(
                    format!("{names}[{j}]"),
                    format!("`{kind}` is not a kind such as `Pod`"),
                );
            }
        }
    }
}

/// `*` says everything; more beside it would be a mistake.
fn alone(field: &str, names: &[String], errors: &mut Errors) {
    if names.len() > 1 && names.iter().any(|name| name == "*") {
        errors.invalid(field, "has `*` and more; `*` stands alone");
    }
}

/// Whether a text is a kind: letters and digits, a capital first.
pub(super) fn is_kind(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn named(field: &str, named: &NamedSelector, errors: &mut Errors) {
    for (i, name) in named.names.iter().enumerate() {
        if !is_dns_subdomain(name) {
            errors.invalid(
                format!("{field}.names[{i}]"),
                format!("`{name}` is not a name; no patterns here, labels select groups"),
            );
        }
    }
    if let Some(selector) = &named.selector {
        errors.selector(&format!("{field}.selector"), selector);
    }
}

/// Checks patterns of namespaces' names.
pub(super) fn namespaces(field: &str, patterns: &[String], errors: &mut Errors) {
    for (i, pattern) in patterns.iter().enumerate() {
        let field = format!("{field}[{i}]");
        match Glob::parse(pattern) {
            Err(error) => errors.invalid(field, format!("`{pattern}` {error}")),
            Ok(glob) => {
                let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                let whole = !pattern.contains('*');
                if !glob.text().chars().all(fits) || (whole && !is_dns_label(pattern)) {
                    errors.invalid(field, format!("`{pattern}` fits the name of no namespace"));
                }
            }
        }
    }
}

/// Checks a pattern of an object's name.
pub(super) fn object_name(field: &str, pattern: &str, errors: &mut Errors) {
    match Glob::parse(pattern) {
        Err(error) => errors.invalid(field, format!("`{pattern}` {error}")),
        Ok(glob) => {
            let never = |c: char| c.is_whitespace() || c.is_control() || c == '/' || c == '%';
            if glob.text().contains(never) {
                errors.invalid(field, format!("`{pattern}` fits the name of no object"));
            }
        }
    }
}
