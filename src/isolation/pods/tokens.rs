//! ServiceAccounts and the credentials that Pods may ask for.

use serde_json::Value;

use super::subject::{Subject, items, text};
use crate::document::Field;
use crate::isolation::{Change, Context, Findings, Operation};
use crate::names::{RESERVED_NAME_PREFIX, Reason};

const RULE: &str = "pods/tokens";
/// Lifetime in seconds of a projected token that asks for none (API default).
const DEFAULT_EXPIRATION: i64 = 3600;
/// Lifetime in seconds of the in-tree token, which nobody can choose.
const AUTOMATIC_EXPIRATION: i64 = 3607;
/// Directory of the token that the in-tree ServiceAccount plugin mounts.
const TOKEN_DIRECTORY: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// ConfigMaps that platforms project beside the token.
const TRUST_CONFIG_MAPS: [&str; 2] = ["kube-root-ca.crt", "openshift-service-ca.crt"];

/// Judges the ServiceAccount, projected tokens and certificates.
pub(super) fn judge(
    ctx: &Context<'_>,
    change: &Change<'_>,
    subject: &Subject<'_>,
    field: &Field<'_>,
    out: &mut Findings,
) {
    for account in ["serviceAccountName", "serviceAccount"] {
        if text(subject.spec, account).starts_with(RESERVED_NAME_PREFIX) {
            out.violation(
                "pods/service-account",
                Reason::ServiceAccountForbidden,
                field.child(account).to_string(),
                format!(
                    "names beginning with {RESERVED_NAME_PREFIX:?} are reserved; \
                     use a ServiceAccount of your own"
                ),
            );
        }
    }
    let list = field.child("volumes");
    let is_new_pod = change.operation == Operation::Create && !subject.is_template;
    for (index, volume) in items(subject.spec, "volumes").enumerate() {
        let path = list.index(index);
        if is_new_pod && !asks_for_token(subject.spec) && is_automatic(volume) {
            out.violation(
                RULE,
                Reason::ServiceAccountTokenForbidden,
                path.to_string(),
                "tokens are mounted only where spec.automountServiceAccountToken is true",
            );
        }
        let Some(projected) = volume.get("projected") else { continue };
        let path = path.child("projected");
        let sources = path.child("sources");
        for (index, source) in items(projected, "sources").enumerate() {
            judge_source(ctx, source, is_automatic(volume), &sources.index(index), out);
        }
    }
}

fn judge_source(
    ctx: &Context<'_>,
    source: &Value,
    is_automatic: bool,
    path: &Field<'_>,
    out: &mut Findings,
) {
    if source.get("podCertificate").is_some_and(|c| !c.is_null()) {
        out.violation(
            RULE,
            Reason::ServiceAccountTokenForbidden,
            path.child("podCertificate").to_string(),
            "certificates of the cluster's signers are not granted; \
             a projected serviceAccountToken is allowed",
        );
    }
    let Some(token) = source.get("serviceAccountToken").filter(|t| !t.is_null()) else { return };
    let path = path.child("serviceAccountToken");
    let ceiling = &ctx.class.tokens;
    let audience = text(token, "audience");
    if !audience.is_empty() && ceiling.audiences.iter().all(|allowed| allowed != audience) {
        out.violation(
            RULE,
            Reason::ServiceAccountTokenForbidden,
            path.child("audience").to_string(),
            format!(
                "audience {audience:?} is not allowed; \
                 leave it empty for the API server, or use one of {:?}",
                ceiling.audiences
            ),
        );
    }
    let seconds = token.get("expirationSeconds").filter(|s| !s.is_null());
    let asked = seconds.map_or(DEFAULT_EXPIRATION, |s| s.as_i64().unwrap_or(i64::MAX));
    if asked > ceiling.max_expiration_seconds && !(is_automatic && asked == AUTOMATIC_EXPIRATION) {
        out.violation(
            RULE,
            Reason::ServiceAccountTokenForbidden,
            path.child("expirationSeconds").to_string(),
            format!("tokens live at most {} seconds", ceiling.max_expiration_seconds),
        );
    }
}

/// Whether a Pod explicitly asks for the in-tree token.
pub(super) fn asks_for_token(spec: &Value) -> bool {
    spec.get("automountServiceAccountToken") == Some(&Value::Bool(true))
}

/// Whether this is the volume that the in-tree ServiceAccount plugin adds
/// before any webhook runs (kubernetes/kubernetes
/// plugin/pkg/admission/serviceaccount), and nothing beside it.
pub(super) fn is_automatic(volume: &Value) -> bool {
    let suffix = text(volume, "name").strip_prefix("kube-api-access-");
    let named =
        suffix.is_some_and(|s| s.len() == 5 && s.bytes().all(|b| b.is_ascii_alphanumeric()));
    let sources = volume.pointer("/projected/sources").and_then(Value::as_array);
    named
        && volume.as_object().is_some_and(|entries| entries.len() == 2)
        && sources.is_some_and(|sources| {
            sources.iter().any(|source| source.get("serviceAccountToken").is_some())
                && sources.iter().all(is_automatic_source)
        })
}

fn is_automatic_source(source: &Value) -> bool {
    let is_known = |(kind, value): (&String, &Value)| match kind.as_str() {
        "serviceAccountToken" => {
            text(value, "audience").is_empty() && text(value, "path") == "token"
        }
        "configMap" => TRUST_CONFIG_MAPS.contains(&text(value, "name")),
        "downwardAPI" => items(value, "items").all(|item| {
            item.pointer("/fieldRef/fieldPath").is_some_and(|path| path == "metadata.namespace")
        }),
        _ => false,
    };
    source.as_object().is_some_and(|entries| entries.len() == 1 && entries.iter().all(is_known))
}

/// Whether this is a mount of an in-tree token volume, where the plugin puts it.
pub(super) fn is_automatic_mount(mount: &Value, volume: &str) -> bool {
    text(mount, "name") == volume && text(mount, "mountPath") == TOKEN_DIRECTORY
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::isolation::fixtures::{World, create, update};

    fn automatic() -> Value {
        json!({"name": "kube-api-access-x7k2p", "projected": {"defaultMode": 420, "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
            {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}}]}})
    }

    fn found(world: &World, spec: &Value, is_update: bool) -> Vec<(Reason, String)> {
        let pod = json!({"spec": spec});
        let change = if is_update { update(&pod, &pod) } else { create(&pod) };
        let subject = Subject { metadata: &Value::Null, spec, root: "", is_template: false };
        let mut out = Findings::default();
        judge(&world.context(), &change, &subject, &Field::root("spec"), &mut out);
        out.violations.into_iter().map(|v| (v.reason, v.field)).collect()
    }

    fn token(audience: &str, seconds: i64) -> Value {
        json!({"volumes": [{"name": "t", "projected": {"sources": [
            {"serviceAccountToken": {"audience": audience, "expirationSeconds": seconds, "path": "t"}}]}}]})
    }

    const FORBIDDEN: Reason = Reason::ServiceAccountTokenForbidden;
    const SOURCE: &str = "spec.volumes[0].projected.sources[0]";

    #[test]
    fn tokens_have_a_ceiling() {
        let mut world = World::default();
        assert_eq!(found(&world, &token("", 3607), false), []);
        assert_eq!(
            found(&world, &token("vault", 600), false),
            [(FORBIDDEN, format!("{SOURCE}.serviceAccountToken.audience"))]
        );
        assert_eq!(
            found(&world, &token("", 3608), false),
            [(FORBIDDEN, format!("{SOURCE}.serviceAccountToken.expirationSeconds"))]
        );
        world.class.tokens.audiences = vec!["vault".to_owned()];
        world.class.tokens.max_expiration_seconds = 7200;
        assert_eq!(found(&world, &token("vault", 7200), false), []);
        world.class.tokens.max_expiration_seconds = 600;
        let unsaid = json!({"volumes": [{"projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}}]});
        assert_eq!(found(&world, &unsaid, false).len(), 1);
    }

    #[test]
    fn the_automatic_token_has_a_lifetime_of_its_own() {
        let mut world = World::default();
        world.class.tokens.max_expiration_seconds = 600;
        let mut spec = json!({"automountServiceAccountToken": true, "volumes": [automatic()]});
        assert_eq!(found(&world, &spec, false), []);
        spec["volumes"][0]["projected"]["sources"][0]["serviceAccountToken"]["expirationSeconds"] =
            json!(3608);
        assert_eq!(
            found(&world, &spec, false),
            [(FORBIDDEN, format!("{SOURCE}.serviceAccountToken.expirationSeconds"))]
        );
    }

    #[test]
    fn certificates_are_not_granted() {
        let spec = json!({"volumes": [{"projected": {"sources": [{"podCertificate": {"signerName": "kubernetes.io/kube-apiserver-client-pod"}}]}}]});
        assert_eq!(
            found(&World::default(), &spec, false),
            [(FORBIDDEN, format!("{SOURCE}.podCertificate"))]
        );
        let bundle = json!({"volumes": [{"projected": {"sources": [{"clusterTrustBundle": {"name": "x"}}]}}]});
        assert_eq!(found(&World::default(), &bundle, false), []);
    }

    #[test]
    fn the_automatic_token_is_stored_only_where_it_was_asked_for() {
        let world = World::default();
        let mut spec = json!({"volumes": [automatic()]});
        assert_eq!(found(&world, &spec, false), [(FORBIDDEN, "spec.volumes[0]".to_owned())]);
        assert_eq!(found(&world, &spec, true), []);
        spec["automountServiceAccountToken"] = json!(true);
        assert_eq!(found(&world, &spec, false), []);
    }

    #[test]
    fn only_the_exact_shape_is_automatic() {
        assert!(is_automatic(&automatic()));
        let edits: [fn(&mut Value); 7] = [
            |v| v["name"] = json!("kube-api-access-mine1x"),
            |v| v["emptyDir"] = json!({}),
            |v| v["projected"]["sources"][2] = json!({}),
            |v| v["projected"]["sources"][0]["serviceAccountToken"]["audience"] = json!("x"),
            |v| v["projected"]["sources"][1]["configMap"]["name"] = json!("mine"),
            |v| v["projected"]["sources"][2] = json!({"secret": {"name": "s"}}),
            |v| v["projected"]["sources"][0]["secret"] = json!({"name": "s"}),
        ];
        for edit in edits {
            let mut volume = automatic();
            edit(&mut volume);
            assert!(!is_automatic(&volume), "{volume}");
        }
    }

    #[test]
    fn reserved_accounts_are_refused() {
        let world = World::default();
        for field in ["serviceAccountName", "serviceAccount"] {
            let bad = json!({field: "lessor-webhook"});
            assert_eq!(
                found(&world, &bad, false),
                [(Reason::ServiceAccountForbidden, format!("spec.{field}"))]
            );
            assert_eq!(found(&world, &json!({field: "web"}), false), []);
        }
    }
}
