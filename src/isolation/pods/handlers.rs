//! Hosts of probes and lifecycle handlers.

use serde_json::Value;

use super::subject::{each_container, text};
use crate::document::Field;
use crate::isolation::Findings;
use crate::names::Reason;

const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];
const HOOKS: [&str; 2] = ["postStart", "preStop"];
const ACTIONS: [&str; 2] = ["httpGet", "tcpSocket"];

/// Refuses `host` in probes and lifecycle handlers: the kubelet would open the
/// connection from the node, past every network policy (KEP-4940). The Pod
/// Security Standards know this from 1.34; here it holds at every version.
pub(super) fn judge(spec: &Value, field: &Field<'_>, out: &mut Findings) {
    each_container(spec, field, |_, container, path| {
        for probe in PROBES {
            if let Some(handler) = container.get(probe) {
                judge_handler(handler, &path.child(probe), out);
            }
        }
        if let Some(lifecycle) = container.get("lifecycle") {
            let path = path.child("lifecycle");
            for hook in HOOKS {
                if let Some(handler) = lifecycle.get(hook) {
                    judge_handler(handler, &path.child(hook), out);
                }
            }
        }
    });
}

fn judge_handler(handler: &Value, path: &Field<'_>, out: &mut Findings) {
    for action in ACTIONS {
        let Some(target) = handler.get(action) else { continue };
        let host = text(target, "host");
        if !host.is_empty() {
            out.violation(
                "pods/probe-hosts",
                Reason::PodSecurityViolation,
                path.child(action).child("host").to_string(),
                format!(
                    "the node would connect to {host:?}; \
                     leave host empty, which means the Pod itself"
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::isolation::pods::subject::CONTAINER_LISTS;

    fn found(spec: &Value) -> Vec<String> {
        let mut out = Findings::default();
        judge(spec, &Field::root("spec"), &mut out);
        for violation in &out.violations {
            assert_eq!(violation.reason, Reason::PodSecurityViolation);
            assert_eq!(violation.rule, "pods/probe-hosts");
        }
        out.violations.into_iter().map(|v| v.field).collect()
    }

    #[test]
    fn hosts_are_refused_in_five_handlers_two_protocols_and_three_lists() {
        for list in CONTAINER_LISTS {
            for action in ACTIONS {
                for (pointer, path) in [
                    (json!({"livenessProbe": {action: {"host": "10.0.0.1"}}}), "livenessProbe"),
                    (json!({"readinessProbe": {action: {"host": "a"}}}), "readinessProbe"),
                    (json!({"startupProbe": {action: {"host": "a"}}}), "startupProbe"),
                    (
                        json!({"lifecycle": {"postStart": {action: {"host": "a"}}}}),
                        "lifecycle.postStart",
                    ),
                    (
                        json!({"lifecycle": {"preStop": {action: {"host": "a"}}}}),
                        "lifecycle.preStop",
                    ),
                ] {
                    let spec = json!({list: [{"name": "good"}, pointer]});
                    assert_eq!(found(&spec), [format!("spec.{list}[1].{path}.{action}.host")]);
                }
            }
        }
    }

    #[test]
    fn handlers_without_host_are_allowed() {
        let spec = json!({"containers": [{"livenessProbe": {"httpGet": {"port": 80, "host": ""}},
            "lifecycle": {"preStop": {"tcpSocket": {"port": 80}}}}]});
        assert_eq!(found(&spec), [""; 0]);
    }
}
