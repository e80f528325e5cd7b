//! Who asks.

use crate::api::{Callers, NODE_GROUP, NODE_PREFIX};
use crate::isolation::Caller;

use super::request::User;

/// Puts a user in one of the five closed classes. Exemption is by exact
/// username; no group, prefix or substring alone exempts anybody.
#[must_use]
pub fn classify(user: &User, administrator: bool, callers: &Callers) -> Caller {
    if callers.lessor.contains(&user.name) {
        Caller::Lessor
    } else if callers.platform.contains(&user.name) {
        Caller::Platform
    } else if user.name.strip_prefix(NODE_PREFIX).is_some_and(|node| !node.is_empty())
        && user.groups.iter().any(|group| group == NODE_GROUP)
    {
        Caller::Node
    } else if administrator {
        Caller::Administrator
    } else {
        Caller::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str, groups: &[&str]) -> User {
        User {
            name: name.to_owned(),
            groups: groups.iter().map(|&g| g.to_owned()).collect(),
            ..User::default()
        }
    }

    #[test]
    fn only_exact_usernames_are_exempt() {
        let callers = Callers::of_namespace("lessor-system");
        let classify = |name: &str, groups: &[&str]| classify(&user(name, groups), false, &callers);
        assert_eq!(
            classify("system:serviceaccount:lessor-system:lessor-controller", &[]),
            Caller::Lessor
        );
        for other in [
            "system:serviceaccount:lessor-system:other",
            "system:serviceaccount:acme:lessor-controller",
            "x-system:serviceaccount:lessor-system:lessor-controller",
            "system:serviceaccount:lessor-system:lessor-controller-x",
        ] {
            assert_eq!(
                classify(other, &["system:masters", "system:serviceaccounts:kube-system"]),
                Caller::Other,
                "{other}"
            );
        }
        assert_eq!(
            classify("system:serviceaccount:kube-system:replicaset-controller", &[]),
            Caller::Platform
        );
        assert_eq!(classify("system:kube-controller-manager", &[]), Caller::Platform);
        assert_eq!(classify("system:serviceaccount:kube-system:evil", &[]), Caller::Other);
    }

    #[test]
    fn a_node_needs_name_and_group() {
        let callers = Callers::of_namespace("lessor-system");
        assert_eq!(
            classify(&user("system:node:n1", &["system:nodes"]), false, &callers),
            Caller::Node
        );
        assert_eq!(classify(&user("system:node:n1", &[]), false, &callers), Caller::Other);
        assert_eq!(
            classify(&user("system:node:", &["system:nodes"]), false, &callers),
            Caller::Other
        );
        assert_eq!(classify(&user("x", &["system:nodes"]), false, &callers), Caller::Other);
        assert_eq!(classify(&user("x", &[]), true, &callers), Caller::Administrator);
    }
}
