//! The table as the two webhook configurations.

use k8s_openapi::ByteString;
use k8s_openapi::api::admissionregistration::v1::{
    MatchCondition, MutatingWebhook, MutatingWebhookConfiguration, RuleWithOperations,
    ServiceReference, ValidatingWebhook, ValidatingWebhookConfiguration, WebhookClientConfig,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{
    LabelSelector, LabelSelectorRequirement, ObjectMeta,
};
use sha2::{Digest, Sha256};

use super::conditions;
use super::install::{Certificates, Install, labels};
use super::table::{Entry, Phase, Reach, Row, Variant, entries};
use crate::names;

/// Version of the rules. Raised whenever the table or a condition changes; a
/// binary never overwrites a configuration with a higher version.
pub const RULES_VERSION: u32 = 2;
/// Annotation that holds [`RULES_VERSION`].
pub const RULES_VERSION_ANNOTATION: &str = "lessor.io/rules-version";
/// Annotation that holds the [`digest`].
pub const RULES_DIGEST_ANNOTATION: &str = "lessor.io/rules-digest";
/// Names the Certificate whose authority cert-manager's injector writes.
const INJECT_ANNOTATION: &str = "cert-manager.io/inject-ca-from";
/// How long the API server waits for an answer, in seconds. Small: the caller
/// has 34 seconds for all webhooks, both phases and storage together.
pub const TIMEOUT_SECONDS: i32 = 5;

/// Namespaces of the platform that no workload rule ever reaches, so that a
/// Lessor that is down cannot keep itself, or the control plane, down.
const PLATFORM_NAMESPACES: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

/// The `MutatingWebhookConfiguration`. Without `ca_bundle` (PEM) the field is
/// absent, so that applying it does not wipe what the controller wrote.
#[must_use]
pub fn mutating(install: &Install, ca_bundle: Option<&[u8]>) -> MutatingWebhookConfiguration {
    let webhooks = webhooks(install, Phase::Mutating, ca_bundle).map(|w| MutatingWebhook {
        admission_review_versions: vec!["v1".to_owned()],
        client_config: w.client_config,
        failure_policy: Some(w.failure_policy.to_owned()),
        match_conditions: Some(w.match_conditions),
        match_policy: Some("Equivalent".to_owned()),
        name: w.name,
        namespace_selector: Some(w.namespace_selector),
        object_selector: Some(LabelSelector::default()),
        reinvocation_policy: Some("IfNeeded".to_owned()),
        rules: Some(w.rules),
        side_effects: "None".to_owned(),
        timeout_seconds: Some(TIMEOUT_SECONDS),
    });
    MutatingWebhookConfiguration {
        metadata: metadata(install, names::MUTATING_CONFIGURATION),
        webhooks: Some(webhooks.collect()),
    }
}

/// The `ValidatingWebhookConfiguration`; see [`mutating`].
#[must_use]
pub fn validating(install: &Install, ca_bundle: Option<&[u8]>) -> ValidatingWebhookConfiguration {
    let webhooks = webhooks(install, Phase::Validating, ca_bundle).map(|w| ValidatingWebhook {
        admission_review_versions: vec!["v1".to_owned()],
        client_config: w.client_config,
        failure_policy: Some(w.failure_policy.to_owned()),
        match_conditions: Some(w.match_conditions),
        match_policy: Some("Equivalent".to_owned()),
        name: w.name,
        namespace_selector: Some(w.namespace_selector),
        object_selector: Some(LabelSelector::default()),
        rules: Some(w.rules),
        side_effects: "None".to_owned(),
        timeout_seconds: Some(TIMEOUT_SECONDS),
    });
    ValidatingWebhookConfiguration {
        metadata: metadata(install, names::VALIDATING_CONFIGURATION),
        webhooks: Some(webhooks.collect()),
    }
}

/// Digest of everything an installation's rules say, in both phases: rules,
/// selectors, conditions, paths and policies, but not the certificate authority.
#[must_use]
pub fn digest(install: &Install) -> String {
    let mut hash = Sha256::new();
    for phase in [Phase::Mutating, Phase::Validating] {
        for webhook in webhooks(install, phase, None) {
            // Debug output of owned values is deterministic and names every field.
            hash.update(format!("{webhook:?}\n"));
        }
    }
    format!("sha256:{:x}", hash.finalize())
}

/// What both kinds of webhook have in common.
#[derive(Debug)]
struct Webhook {
    name: String,
    client_config: WebhookClientConfig,
    failure_policy: &'static str,
    match_conditions: Vec<MatchCondition>,
    namespace_selector: LabelSelector,
    rules: Vec<RuleWithOperations>,
}

fn webhooks<'a>(
    install: &'a Install,
    phase: Phase,
    ca_bundle: Option<&'a [u8]>,
) -> impl Iterator<Item = Webhook> + 'a {
    entries().filter(move |entry| entry.phase == phase).flat_map(move |entry| {
        entry.variants().iter().map(move |variant| Webhook {
            name: entry.webhook_name(*variant),
            client_config: client_config(install, entry.path(*variant), ca_bundle),
            failure_policy: if entry.fail_closed { "Fail" } else { "Ignore" },
            match_conditions: match_conditions(install, entry, *variant),
            namespace_selector: namespace_selector(install, entry.reach),
            rules: entry.rows.iter().map(rule).collect(),
        })
    })
}

fn metadata(install: &Install, name: &str) -> ObjectMeta {
    // cert-manager's injector writes `caBundle` where this asks for it.
    let injected = (install.certificates == Certificates::CertManager).then(|| {
        (INJECT_ANNOTATION.to_owned(), format!("{}/{}", install.namespace, names::WEBHOOK_SERVICE))
    });
    ObjectMeta {
        name: Some(name.to_owned()),
        labels: Some(labels("admission")),
        annotations: Some(
            [
                (RULES_VERSION_ANNOTATION.to_owned(), RULES_VERSION.to_string()),
                (RULES_DIGEST_ANNOTATION.to_owned(), digest(install)),
            ]
            .into_iter()
            .chain(injected)
            .collect(),
        ),
        ..ObjectMeta::default()
    }
}

fn client_config(install: &Install, path: &str, ca_bundle: Option<&[u8]>) -> WebhookClientConfig {
    let ca_bundle = ca_bundle.map(|pem| ByteString(pem.to_vec()));
    match &install.webhook_url {
        Some(base) => WebhookClientConfig {
            ca_bundle,
            service: None,
            url: Some(format!("{}{path}", base.trim_end_matches('/'))),
        },
        None => WebhookClientConfig {
            ca_bundle,
            service: Some(ServiceReference {
                name: names::WEBHOOK_SERVICE.to_owned(),
                namespace: install.namespace.clone(),
                path: Some(path.to_owned()),
                port: Some(i32::from(install.service_port)),
            }),
            url: None,
        },
    }
}

fn match_conditions(install: &Install, entry: &Entry, variant: Variant) -> Vec<MatchCondition> {
    let split = match variant {
        Variant::Everyone => None,
        Variant::Others => Some(conditions::NOT_ADMINISTRATOR),
        Variant::Administrators => Some(conditions::ADMINISTRATOR),
    };
    entry
        .conditions
        .iter()
        .copied()
        .chain(split)
        .map(|condition| MatchCondition {
            name: condition.name.to_owned(),
            expression: (condition.expression)(install),
        })
        .collect()
}

fn namespace_selector(install: &Install, reach: Reach) -> LabelSelector {
    let excluded = [install.namespace.as_str(), install.secret_source_namespace.as_str()];
    let requirement = |key: &str, operator: &str, values: Option<Vec<String>>| {
        LabelSelectorRequirement { key: key.to_owned(), operator: operator.to_owned(), values }
    };
    match reach {
        Reach::Everywhere => LabelSelector::default(),
        Reach::Tenants => LabelSelector {
            match_expressions: Some(vec![
                requirement(names::TENANT_LABEL, "Exists", None),
                requirement(
                    names::NAMESPACE_NAME_LABEL,
                    "NotIn",
                    Some(
                        excluded
                            .into_iter()
                            .chain(PLATFORM_NAMESPACES)
                            .map(str::to_owned)
                            .collect(),
                    ),
                ),
            ]),
            match_labels: None,
        },
    }
}

fn rule(row: &Row) -> RuleWithOperations {
    let owned = |list: &[&str]| Some(list.iter().copied().map(str::to_owned).collect());
    RuleWithOperations {
        api_groups: owned(row.groups),
        api_versions: owned(row.versions),
        operations: Some(row.operations.iter().map(|o| o.as_str().to_owned()).collect()),
        resources: owned(row.resources),
        scope: Some(row.scope.as_str().to_owned()),
    }
}

#[cfg(test)]
mod tests;
