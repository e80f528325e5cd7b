//! Linux capabilities. Names are compared exactly: no `CAP_`, no lowercase.

use super::super::containers::{Pod, Subject};
use super::super::offenders::{Finding, Offenders};

/// What container runtimes grant by default; asking for it changes nothing.
const DEFAULT: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];
const ADD: [&str; 3] = ["securityContext", "capabilities", "add"];
const DROP: [&str; 3] = ["securityContext", "capabilities", "drop"];

/// Only capabilities of the default set are added.
pub(in super::super) fn baseline(pod: Pod<'_>) -> Option<Finding> {
    let mut found = Offenders::default();
    for container in pod.containers() {
        note_added(&mut found, container, &DEFAULT);
    }
    found.finding("non-default capabilities", must_not_add)
}

/// Every container drops all and adds at most the binding of low ports.
pub(in super::super) fn restricted(pod: Pod<'_>) -> Option<Finding> {
    let mut all = Offenders::default();
    let mut keeping = Offenders::default();
    let mut adding = Offenders::default();
    for container in pod.containers() {
        let drops_all =
            container.field(&DROP).items().any(|item| item.field(&[]).text() == Some("ALL"));
        if !drops_all {
            keeping.blame(container, &DROP.join("."));
            all.blame(container, &DROP.join("."));
        }
        if note_added(&mut adding, container, &["NET_BIND_SERVICE"]) {
            all.blame(container, &ADD.join("."));
        }
    }
    all.finding("unrestricted capabilities", |_| {
        let mut details = Vec::new();
        if !keeping.is_empty() {
            let who = keeping.containers();
            details.push(format!("{who} must set securityContext.capabilities.drop=[\"ALL\"]"));
        }
        if !adding.is_empty() {
            details.push(must_not_add(&adding));
        }
        details.join("; ")
    })
}

/// Blames a container, once, for what it adds beyond `allowed`.
fn note_added(found: &mut Offenders, container: Subject<'_>, allowed: &[&str]) -> bool {
    let mut guilty = false;
    for item in container.field(&ADD).items() {
        let capability = item.field(&[]);
        if !capability.is_one_of(allowed) {
            if !guilty {
                found.blame(container, &ADD.join("."));
            }
            guilty = true;
            found.note(capability);
        }
    }
    guilty
}

fn must_not_add(who: &Offenders) -> String {
    format!(
        "{} must not include {} in securityContext.capabilities.add",
        who.containers(),
        who.quoted_values()
    )
}
