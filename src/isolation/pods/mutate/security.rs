//! Security contexts: what the Pod Security Standard of the tenant asks for,
//! where the workload says nothing.

use crate::document::PatchError;
use serde_json::{Value, json};

use super::super::subject::{items, text};
use super::{CREATED, Lists, containers, is_unset};
use crate::api::PodSecurityLevel;
use crate::document::Mutator;
use crate::isolation::{Context, Findings};

const SECCOMP: [&str; 2] = ["securityContext", "seccompProfile"];
const NON_ROOT: [&str; 2] = ["securityContext", "runAsNonRoot"];
const USER: [&str; 2] = ["securityContext", "runAsUser"];
/// Version from which the standards leave root inside a user namespace alone.
const USER_NAMESPACES: u32 = 35;

/// Sets the Pod's seccomp profile to the runtime's default, and at the
/// restricted level refuses root, where some container is left without a choice
/// of its own.
pub(super) fn harden_pod(
    ctx: &Context<'_>,
    mutator: &mut Mutator<'_>,
    out: &mut Findings,
) -> Result<(), PatchError> {
    if !is_windows(mutator) && !is_decided(mutator, &SECCOMP) {
        let path = ["spec", SECCOMP[0], SECCOMP[1]];
        mutator.set(&path, json!({"type": "RuntimeDefault"}))?;
    }
    let is_restricted = ctx.tenant.pod_security == PodSecurityLevel::Restricted;
    if is_restricted && !may_be_root(ctx, mutator) && !is_decided(mutator, &NON_ROOT) {
        mutator.set(&["spec", NON_ROOT[0], NON_ROOT[1]], Value::Bool(true))?;
        if !is_decided(mutator, &USER) {
            out.warn(
                "Pods run with runAsNonRoot: true; an image that runs as root will fail to start",
            );
        }
    }
    Ok(())
}

/// At the restricted level: no privilege escalation and no capabilities, where
/// a container says nothing. Windows has neither.
pub(super) fn harden_containers(
    ctx: &Context<'_>,
    mutator: &mut Mutator<'_>,
    lists: &Lists,
) -> Result<(), PatchError> {
    if ctx.tenant.pod_security != PodSecurityLevel::Restricted || is_windows(mutator) {
        return Ok(());
    }
    for (list, index) in containers(mutator, lists) {
        let field = ["spec", list, &index, "securityContext", "allowPrivilegeEscalation"];
        if is_unset(mutator.get(&field)) {
            mutator.set(&field, Value::Bool(false))?;
        }
        let capabilities = ["spec", list, &index, "securityContext", "capabilities"];
        let holder = mutator.get(&capabilities).unwrap_or(&Value::Null);
        if !items(holder, "drop").any(|dropped| dropped == "ALL") {
            let field = ["spec", list, &index, "securityContext", "capabilities", "drop", "-"];
            mutator.set(&field, Value::from("ALL"))?;
        }
    }
    Ok(())
}

fn is_windows(mutator: &Mutator<'_>) -> bool {
    mutator.get(&["spec", "os"]).is_some_and(|os| text(os, "name") == "windows")
}

/// Whether the Pod or each of its containers says something.
fn is_decided(mutator: &Mutator<'_>, field: &[&str; 2]) -> bool {
    let [context, name] = *field;
    !is_unset(mutator.get(&["spec", context, name]))
        || containers(mutator, CREATED)
            .iter()
            .all(|(list, index)| !is_unset(mutator.get(&["spec", list, index, context, name])))
}

/// With `hostUsers: false` root inside is nobody outside (KEP-127), which the
/// standards accept from 1.35.
fn may_be_root(ctx: &Context<'_>, mutator: &Mutator<'_>) -> bool {
    let version = &ctx.tenant.pod_security_version;
    let minor = version.strip_prefix("v1.").and_then(|minor| minor.parse::<u32>().ok());
    mutator.get(&["spec", "hostUsers"]) == Some(&Value::Bool(false))
        && minor.is_none_or(|minor| minor >= USER_NAMESPACES)
}
