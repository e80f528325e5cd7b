//! Pieces of CEL that conditions and the floor are made of.
//!
//! `object` is null on DELETE, `oldObject` on CREATE, and what CONNECT carries
//! has no metadata; empty fields of `request` are absent. Optional syntax is
//! available from Kubernetes 1.29.

use std::fmt::Write as _;

use crate::api::{NODE_GROUP, NODE_PREFIX, PlatformController};
use crate::names;

pub(super) const SUBRESOURCE: &str = "request.?subResource.orValue('')";
pub(super) const SAME_METADATA: &str = "object.metadata.?labels == oldObject.metadata.?labels \
    && object.metadata.?annotations == oldObject.metadata.?annotations \
    && object.metadata.?ownerReferences == oldObject.metadata.?ownerReferences";
/// Removing finalizers is housekeeping; adding one can hold an object hostage.
pub(super) const NO_NEW_FINALIZERS: &str = "object.metadata.?finalizers.orValue([])\
    .all(f, f in oldObject.metadata.?finalizers.orValue([]))";

pub(super) fn administers() -> String {
    format!(
        "authorizer.group({}).resource('tenants').check({}).allowed()",
        quoted(names::GROUP),
        quoted(names::ADMINISTER_VERB)
    )
}

pub(super) fn caller_is(controllers: &[PlatformController], others: &[String]) -> String {
    let mut users: Vec<_> =
        controllers.iter().flat_map(|c| c.usernames()).chain(others.iter().cloned()).collect();
    users.sort_unstable();
    users.dedup();
    let users: Vec<_> = users.iter().map(|user| quoted(user)).collect();
    format!("request.userInfo.username in [{}]", users.join(", "))
}

pub(super) fn caller_is_node() -> String {
    format!(
        "request.userInfo.username.startsWith({}) \
         && {} in request.userInfo.?groups.orValue([])",
        quoted(NODE_PREFIX),
        quoted(NODE_GROUP)
    )
}

pub(super) fn is_resource(group: &str, resource: &str) -> String {
    format!(
        "request.resource.group == {} && request.resource.resource == {}",
        quoted(group),
        quoted(resource)
    )
}

pub(super) fn any_of(terms: impl IntoIterator<Item = String>) -> String {
    format!("({})", terms.into_iter().collect::<Vec<_>>().join(" || "))
}

/// A CEL string literal. Control characters are escaped as well: a value from
/// settings must not end the literal.
pub(super) fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('\'');
    for character in text.chars() {
        match character {
            '\'' | '\\' => literal.extend(['\\', character]),
            c if c.is_control() => {
                let _ = write!(literal, "\\u{:04x}", u32::from(c));
            }
            c => literal.push(c),
        }
    }
    literal.push('\'');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_settings_cannot_end_a_literal() {
        assert_eq!(quoted("a' || true || 'b\\\n"), r"'a\' || true || \'b\\\u000a'");
        assert_eq!(quoted("system:apiserver"), "'system:apiserver'");
    }

    #[test]
    fn callers_are_sorted_and_unique() {
        let both = caller_is(
            &[PlatformController::EndpointSlice, PlatformController::Endpoint],
            &["cilium".to_owned()],
        );
        assert_eq!(
            both,
            "request.userInfo.username in ['cilium', 'system:kube-controller-manager', \
             'system:serviceaccount:kube-system:endpoint-controller', \
             'system:serviceaccount:kube-system:endpointslice-controller']"
        );
    }
}
