//! The table of controls: identifier, level, and the rule since each version.

use super::Level;
use super::checks::{
    apparmor, capabilities, host, identity, privilege, proc_mount, seccomp, selinux, sysctls,
    volumes,
};
use super::containers::Pod;
use super::offenders::Finding;

/// Judges one control.
pub(super) type Rule = fn(Pod<'_>) -> Option<Finding>;

/// One control.
pub(super) struct Check {
    pub(super) id: &'static str,
    pub(super) level: Level,
    /// Minor version and the rule in force from it on, oldest first.
    pub(super) rules: &'static [(u32, Rule)],
    /// Baseline controls this one replaces at the restricted level, at those
    /// versions at which it has a rule itself.
    pub(super) overrides: Option<&'static str>,
}

impl Check {
    const fn baseline(id: &'static str, rules: &'static [(u32, Rule)]) -> Self {
        Self {
            id,
            level: Level::Baseline,
            rules,
            overrides: None,
        }
    }

    const fn restricted(id: &'static str, rules: &'static [(u32, Rule)]) -> Self {
        Self {
            id,
            level: Level::Restricted,
            rules,
            overrides: None,
        }
    }

    const fn overriding(mut self, id: &'static str) -> Self {
        self.overrides = Some(id);
        self
    }

    /// The rule at a minor version; none before the control existed.
    pub(super) fn rule_at(&self, minor: u32) -> Option<Rule> {
        self.rules
            .iter()
            .rev()
            .find(|(since, _)| *since <= minor)
            .map(|(_, rule)| *rule)
    }
}

/// Whether, at the restricted level, a stricter control speaks for this one.
pub(super) fn is_overridden(id: &str, minor: u32) -> bool {
    CHECKS
        .iter()
        .any(|check| check.overrides == Some(id) && check.rule_at(minor).is_some())
}

/// Every control, in the order of the messages.
pub(super) static CHECKS: [Check; 19] = [
    Check::baseline("appArmorProfile", &[(0, apparmor::profile)]),
    Check::baseline("capabilities_baseline", &[(0, capabilities::baseline)]),
    Check::baseline("hostNamespaces", &[(0, host::namespaces)]),
    Check::baseline("hostPathVolumes", &[(0, volumes::host_path)]),
    Check::baseline("hostPorts", &[(0, host::ports)]),
    Check::baseline("hostProbesAndHostLifecycle", &[(34, host::probes)]),
    Check::baseline("privileged", &[(0, privilege::privileged)]),
    Check::baseline(
        "procMount",
        &[(0, proc_mount::default), (35, proc_mount::user_namespaces)],
    ),
    Check::baseline(
        "seLinuxOptions",
        &[(0, selinux::v1_0), (31, selinux::v1_31)],
    ),
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
    Check::restricted(
        "allowPrivilegeEscalation",
        &[
            (8, privilege::escalation),
            (25, privilege::escalation_unless_windows),
        ],
    ),
    Check::restricted(
        "capabilities_restricted",
        &[
            (22, capabilities::restricted),
            (25, capabilities::restricted_unless_windows),
        ],
    )
    .overriding("capabilities_baseline"),
    Check::restricted("procMount_restricted", &[(35, proc_mount::default)]).overriding("procMount"),
    Check::restricted("restrictedVolumes", &[(0, volumes::restricted)])
        .overriding("hostPathVolumes"),
    Check::restricted(
        "runAsNonRoot",
        &[
            (0, identity::non_root),
            (35, identity::non_root_unless_user_namespace),
        ],
    ),
    Check::restricted(
        "runAsUser",
        &[
            (23, identity::user),
            (35, identity::user_unless_user_namespace),
        ],
    ),
    Check::restricted(
        "seccompProfile_restricted",
        &[
            (19, seccomp::restricted),
            (25, seccomp::restricted_unless_windows),
        ],
    )
    .overriding("seccompProfile_baseline"),
];
