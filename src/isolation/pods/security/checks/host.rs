//! What a Pod shares with its node, or reaches through it.

use super::super::containers::Pod;
use super::super::field::Field;
use super::super::offenders::{Finding, Offenders};
use super::super::text::{join_quoted, plural};
use std::collections::BTreeSet;

/// The namespaces of the node stay its own. Messages name them in the order and
/// the form of the API server (`hostNetwork=true`), which sorts nothing here.
pub(in super::super) fn namespaces(pod: Pod<'_>) -> Option<Finding> {
    let mut found = Offenders::default();
    let mut names = Vec::new();
    for name in ["hostNetwork", "hostPID", "hostIPC"] {
        if pod.spec(&[name]).may_be_true() {
            found.blame(pod.itself(), name);
            names.push(format!("{name}=true"));
        }
    }
    found.finding("host namespaces", |_| names.join(", "))
}

/// No container takes a port of the node.
pub(in super::super) fn ports(pod: Pod<'_>) -> Option<Finding> {
    let mut found = Offenders::default();
    for container in pod.containers() {
        for item in container.field(&["ports"]).items() {
            let port = item.field(&["hostPort"]);
            if port.may_be_nonzero() {
                found.blame(container, &item.path("ports", "hostPort"));
                found.note(port);
            }
        }
    }
    found.finding("hostPort", |who| {
        let ports: Vec<&str> = who.values().iter().map(String::as_str).collect();
        format!(
            "{} {} {} {}",
            who.containers(),
            who.uses(),
            plural("hostPort", "hostPorts", ports.len()),
            ports.join(", ")
        )
    })
}

/// Everything the kubelet calls on behalf of a container.
const HANDLERS: [&[&str]; 5] = [
    &["livenessProbe"],
    &["readinessProbe"],
    &["startupProbe"],
    &["lifecycle", "postStart"],
    &["lifecycle", "preStop"],
];

/// The kubelet is not sent to other hosts (KEP-4940).
pub(in super::super) fn probes(pod: Pod<'_>) -> Option<Finding> {
    let mut found = Offenders::default();
    for container in pod.containers() {
        for handler in HANDLERS {
            let handler_field = container.field(handler);
            for protocol in ["httpGet", "tcpSocket"] {
                let host = handler_field.child(&[protocol, "host"]);
                if host.text() != Some("") {
                    let handler = handler.join(".");
                    found.blame(container, &format!("{handler}.{protocol}.host"));
                    found.note(host);
                }
            }
        }
    }
    found.finding("probe or lifecycle host", |who| {
        // Of all messages only this one sorts its containers and names each once.
        let names: BTreeSet<&String> = who.container_names().iter().collect();
        let hosts = plural("host", "hosts", who.values().len());
        format!(
            "{} {} {} probe or lifecycle {hosts} {}",
            plural("container", "containers", names.len()),
            join_quoted(&names),
            plural("uses", "use", names.len()),
            who.quoted_values()
        )
    })
}

/// No container of Windows is a process of the node.
pub(in super::super) fn windows_process(pod: Pod<'_>) -> Option<Finding> {
    let path = ["securityContext", "windowsOptions", "hostProcess"];
    Offenders::find(pod.setters(), &path, Field::may_be_true).finding("hostProcess", |who| {
        format!("{} must not set securityContext.windowsOptions.hostProcess=true", who.setters())
    })
}
