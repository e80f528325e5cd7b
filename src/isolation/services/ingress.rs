//! Ingress. Which tenant a hostname belongs to is not decided here yet; what no
//! tenant may claim is.

use serde_json::Value;

use crate::document::child;
use crate::isolation::{Change, Context, Findings, known, read};
use crate::names::Reason;

const RULE: &str = "services/ingress";
const HOST_RULE: &str = "services/ingress-hosts";
const SYNTAX_RULE: &str = "services/ingress-syntax";

/// Domains of annotations by which Ingress controllers are configured. A key
/// matches if its prefix is the domain or ends with `.` and the domain.
const CONTROLLERS: [&str; 8] = [
    "ingress.kubernetes.io",
    "nginx.org",
    "nginx.com",
    "haproxy.org",
    "haproxy-ingress.github.io",
    "konghq.com",
    "traefik.io",
    "getambassador.io",
];

/// What such annotations may set: nothing that names another host or carries
/// configuration of the controller itself (CVE-2023-5044, CVE-2025-1097,
/// CVE-2025-1098, CVE-2025-24514, CVE-2021-25742).
const HARMLESS: [&str; 12] = [
    "affinity",
    "backend-protocol",
    "enable-cors",
    "force-ssl-redirect",
    "limit-connections",
    "limit-rps",
    "proxy-body-size",
    "proxy-connect-timeout",
    "proxy-read-timeout",
    "proxy-send-timeout",
    "ssl-redirect",
    "whitelist-source-range",
];

/// Judges what a request adds or changes; what was there before the tenant is
/// not held against an update of something else.
pub(super) fn judge(ctx: &Context, change: &Change, ingress: &Value, out: &mut Findings) {
    if let Some(spec) = read::at(ingress, &["spec"]) {
        known::unknown_fields(spec, known::INGRESS_SPEC, "spec", RULE, out);
    }
    for (i, tls) in read::list(ingress, &["spec", "tls"]).iter().enumerate() {
        let root = format!("spec.tls[{i}]");
        known::unknown_fields(tls, known::INGRESS_TLS, &root, RULE, out);
        if read::text(tls, &["secretName"]).is_some_and(|name| read::is_granted_only(ctx, name)) {
            out.violation(
                RULE,
                Reason::SecretNotGranted,
                format!("{root}.secretName"),
                "this secret is granted to named workloads only; name a TLS secret of your own.",
            );
        }
    }
    let same = |path: &[&str]| {
        change.old.is_some_and(|old| read::at(old, path) == read::at(ingress, path))
    };
    if !same(&["spec", "defaultBackend"])
        && read::at(ingress, &["spec", "defaultBackend"]).is_some()
    {
        missing("spec.defaultBackend".to_owned(), out);
    }
    if !same(&["spec", "rules"]) {
        for (i, rule) in read::list(ingress, &["spec", "rules"]).iter().enumerate() {
            judge_rule(rule, &format!("spec.rules[{i}]"), out);
        }
    }
    for (key, _, after) in read::changed_entries(change.old, Some(ingress), "annotations") {
        if let Some(value) = after
            && !is_harmless(key, value)
        {
            out.violation(
                SYNTAX_RULE,
                Reason::AnnotationForbidden,
                child("metadata.annotations", key),
                format!(
                    "this annotation configures the gateway that all tenants share; allowed are, in plain characters, {}.",
                    HARMLESS.join(", ")
                ),
            );
        }
    }
}

fn judge_rule(rule: &Value, root: &str, out: &mut Findings) {
    let host = read::text(rule, &["host"]).unwrap_or_default();
    if host.is_empty() {
        missing(format!("{root}.host"), out);
    } else if host.contains('*') {
        out.violation(
            HOST_RULE,
            Reason::HostnameNotOwned,
            format!("{root}.host"),
            "a wildcard takes the names of others too; name each host.",
        );
    }
    for (i, path) in read::list(rule, &["http", "paths"]).iter().enumerate() {
        let text = read::text(path, &["path"]).unwrap_or_default();
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || "\"'`\\;{}<>|".contains(c)) {
            out.violation(
                SYNTAX_RULE,
                Reason::AnnotationForbidden,
                format!("{root}.http.paths[{i}].path"),
                "a path holds no white space, quotes, braces, semicolons or backslashes: some controllers would read configuration there.",
            );
        }
    }
}

fn missing(field: String, out: &mut Findings) {
    out.violation(
        HOST_RULE,
        Reason::HostnameMissing,
        field,
        "without a host this would answer for the hosts of every tenant; name the host in `spec.rules[].host`.",
    );
}

fn is_harmless(key: &str, value: &Value) -> bool {
    let Some((domain, name)) = key.split_once('/') else { return true };
    let configures = CONTROLLERS.iter().any(|trusted| {
        domain.strip_suffix(trusted).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    let plain =
        |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || " .,:/_-".contains(c));
    !configures || (HARMLESS.contains(&name) && value.as_str().is_some_and(plain))
}
