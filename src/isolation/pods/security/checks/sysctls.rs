//! Kernel parameters.

use super::super::containers::Pod;
use super::super::offenders::{Finding, Offenders};

/// The safe ones: those with a namespace of their own, oldest first.
const SAFE: [&str; 14] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    // 1.27
    "net.ipv4.ip_local_reserved_ports",
    // 1.29
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    // 1.32
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
    // 1.37
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_notsent_lowat",
];

/// Up to 1.26.
pub(in super::super) fn v1_0(pod: Pod<'_>) -> Option<Finding> {
    sysctls(pod, &SAFE[..5])
}

/// From 1.27.
pub(in super::super) fn v1_27(pod: Pod<'_>) -> Option<Finding> {
    sysctls(pod, &SAFE[..6])
}

/// From 1.29.
pub(in super::super) fn v1_29(pod: Pod<'_>) -> Option<Finding> {
    sysctls(pod, &SAFE[..10])
}

/// From 1.32.
pub(in super::super) fn v1_32(pod: Pod<'_>) -> Option<Finding> {
    sysctls(pod, &SAFE[..12])
}

/// From 1.37.
pub(in super::super) fn v1_37(pod: Pod<'_>) -> Option<Finding> {
    sysctls(pod, &SAFE)
}

/// Names come in the order of the spec, repeated if repeated there.
fn sysctls(pod: Pod<'_>, safe: &[&str]) -> Option<Finding> {
    let mut found = Offenders::default();
    let mut names = Vec::new();
    for item in pod.spec(&["securityContext", "sysctls"]).items() {
        let name = item.field(&["name"]);
        if !name.is_one_of(safe) {
            found.blame(pod.itself(), &item.path("securityContext.sysctls", "name"));
            names.push(name.describe());
        }
    }
    found.finding("forbidden sysctls", |_| names.join(", "))
}
