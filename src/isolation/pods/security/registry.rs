//! The table of controls: identifier, level, and the rule since each version.

use super::Level;
use super::checks::{
    apparmor, capabilities, host, identity, privilege, seccomp, selinux, sysctls, volumes,
};
use super::containers::Pod;
use super::offenders::Finding;

/// Judges one control.
pub(super) type Rule = fn(Pod<'_>) -> Option<Finding>;

/// Recognises the Pods an exemption is for.
pub(super) type Kind = fn(Pod<'_>) -> bool;

/// One control.
pub(super) struct Check {
    pub(super) id: &'static str,
    pub(super) level: Level,
    /// Minor version and the rule in force from it on, oldest first.
    pub(super) rules: &'static [(u32, Rule)],
    /// Baseline control this one replaces at the restricted level, at those
    /// versions at which it has a rule itself, for every Pod: also for those that
    /// it does not judge.
    pub(super) overrides: Option<&'static str>,
    /// Minor version from which Pods of one kind are not judged at all.
    pub(super) exempt: Option<(u32, Kind)>,
}

impl Check {
    const fn baseline(id: &'static str, rules: &'static [(u32, Rule)]) -> Self {
        Self { id, level: Level::Baseline, rules, overrides: None, exempt: None }
    }

    const fn restricted(id: &'static str, rules: &'static [(u32, Rule)]) -> Self {
        Self { id, level: Level::Restricted, rules, overrides: None, exempt: None }
    }

    const fn overriding(mut self, id: &'static str) -> Self {
        self.overrides = Some(id);
        self
    }

    const fn exempting(mut self, since: u32, kind: Kind) -> Self {
        self.exempt = Some((since, kind));
        self
    }

    /// The rule that judges this Pod at a minor version; none before the control
    /// existed, none for the exempt.
    pub(super) fn rule_for(&self, pod: Pod<'_>, minor: u32) -> Option<Rule> {
        if self.exempt.is_some_and(|(since, kind)| since <= minor && kind(pod)) {
            return None;
        }
        self.rules.iter().rev().find(|(since, _)| *since <= minor).map(|(_, rule)| *rule)
    }
}

/// Whether, at the restricted level, a stricter control has taken the place of
/// this one. Of the version alone, as in the API server.
pub(super) fn is_overridden(id: &str, minor: u32) -> bool {
    CHECKS.iter().any(|check| {
        check.overrides == Some(id) && check.rules.iter().any(|(since, _)| *since <= minor)
    })
}

/// Limits of Linux that mean nothing to Windows. API validation already refuses
/// their fields there (KEP-2802).
const WINDOWS: Kind = |pod| pod.is_windows();

/// In a user namespace of its own, root of the Pod is not root of the node
/// (KEP-127).
const USER_NAMESPACE: Kind = |pod| pod.has_user_namespace();

/// Every control, in the order of the messages.
pub(super) static CHECKS: [Check; 19] = [
    Check::baseline("appArmorProfile", &[(0, apparmor::profile)]),
    Check::baseline("capabilities_baseline", &[(0, capabilities::baseline)]),
    Check::baseline("hostNamespaces", &[(0, host::namespaces)]),
    Check::baseline("hostPathVolumes", &[(0, volumes::host_path)]),
    Check::baseline("hostPorts", &[(0, host::ports)]),
    Check::baseline("hostProbesAndHostLifecycle", &[(34, host::probes)]),
    Check::baseline("privileged", &[(0, privilege::privileged)]),
    Check::baseline("procMount", &[(0, privilege::proc_mount)]).exempting(35, USER_NAMESPACE),
    Check::baseline("seLinuxOptions", &[(0, selinux::v1_0), (31, selinux::v1_31)]),
    Check::baseline(
        "seccompProfile_baseline",
        &[(0, seccomp::annotations), (19, seccomp::baseline)],
    ),
    Check::baseline(
        "sysctls",
        &[
            (0, sysctls::v1_0),
            (27, sysctls::v1_27),
            (29, sysctls::v1_29),
            (32, sysctls::v1_32),
            (37, sysctls::v1_37),
        ],
    ),
    Check::baseline("windowsHostProcess", &[(0, host::windows_process)]),
    Check::restricted("allowPrivilegeEscalation", &[(8, privilege::escalation)])
        .exempting(25, WINDOWS),
    Check::restricted("capabilities_restricted", &[(22, capabilities::restricted)])
        .overriding("capabilities_baseline")
        .exempting(25, WINDOWS),
    Check::restricted("procMount_restricted", &[(35, privilege::proc_mount)])
        .overriding("procMount"),
    Check::restricted("restrictedVolumes", &[(0, volumes::restricted)])
        .overriding("hostPathVolumes"),
    Check::restricted("runAsNonRoot", &[(0, identity::non_root)]).exempting(35, USER_NAMESPACE),
    Check::restricted("runAsUser", &[(23, identity::user)]).exempting(35, USER_NAMESPACE),
    Check::restricted("seccompProfile_restricted", &[(19, seccomp::restricted)])
        .overriding("seccompProfile_baseline")
        .exempting(25, WINDOWS),
];
