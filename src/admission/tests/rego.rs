//! Policies of the platform team: R30, R31, R39, R87, R113-R115.

use std::sync::Arc;

use serde_json::{Value, json};

use super::harness::{TENANTS, Who, ask, reasons};
use super::world::world;
use crate::admission::offline::Judge;
use crate::admission::{Decision, Phase};
use crate::api::{ExemptionSpec, PolicySpec};
use crate::isolation::Operation;
use crate::names::Reason;
use crate::policy::{Broken, KindKey, Member, admit, select::Matcher};
use crate::snapshot::{Change, Snapshot};

const REGISTRY: &str = r#"
package registry

violation contains {"msg": msg, "field": field, "allowed": "registry.example.com/…"} if {
    some i, container in input.review.object.spec.containers
    not startswith(container.image, input.parameters.prefix)
    field := sprintf("spec.containers[%d].image", [i])
    msg := sprintf("image %q comes from elsewhere", [container.image])
}
"#;

fn spec(rego: &str, more: &Value) -> PolicySpec {
    let mut spec = json!({"rego": rego, "parameters": {"prefix": "registry.example.com/"},
        "match": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}});
    super::world::merge(&mut spec, more);
    serde_json::from_value(spec).unwrap()
}

fn with(policies: &[(&str, PolicySpec)]) -> Snapshot {
    let mut snapshot = world();
    for (name, spec) in policies {
        let policy = admit(name, spec).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
        snapshot.apply(Change::Policy(Member::Enforced(Arc::new(policy))));
    }
    snapshot
}

fn pod(image: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "acme"},
        "spec": {"containers": [{"name": "app", "image": image}]}})
}

/// Both endpoints, as the API server asks them.
fn review(snapshot: &Snapshot, image: &str) -> Decision {
    let mut request = ask("pods").create(&pod(image)).into_request();
    Judge::new(snapshot, "2026-01-01T00:00:00Z".parse().unwrap()).review(&mut request)
}

#[test]
fn a_policy_denies_with_its_name_rule_field_and_what_would_pass() {
    let snapshot = with(&[("registry", spec(REGISTRY, &json!({})))]);
    let decision = review(&snapshot, "docker.io/evil");
    let [violation] = decision.violations.as_slice() else { panic!("{decision:?}") };
    assert_eq!(violation.reason_text(), "Policy/registry/violation");
    assert_eq!(violation.field, "spec.containers[0].image");
    assert_eq!(violation.reason.code(), 403);
    for part in [
        "image \"docker.io/evil\" comes from elsewhere",
        "allowed: registry.example.com/…",
        "decision u",
    ] {
        assert!(violation.message.contains(part), "{}", violation.message);
    }
    assert!(review(&snapshot, "registry.example.com/app").allowed());
}

#[test]
fn only_the_validating_endpoint_asks_policies_that_judge() {
    let snapshot = with(&[("registry", spec(REGISTRY, &json!({})))]);
    let pod = ask("pods").create(&pod("docker.io/evil")).of_its_kind();
    let (_, mutated) = pod.outcome(&snapshot, Phase::Mutating);
    assert!(pod.decision(&snapshot, Phase::Mutating).allowed());
    assert!(!pod.again(mutated).decision(&snapshot, Phase::Validating).allowed());
}

#[test]
fn warn_and_audit_admit() {
    for (enforcement, warnings) in [("warn", 1), ("audit", 0)] {
        let more = json!({"enforcement": enforcement});
        let snapshot = with(&[("registry", spec(REGISTRY, &more))]);
        let decision = review(&snapshot, "docker.io/evil");
        assert!(decision.allowed());
        let said = decision.warnings.iter().filter(|w| w.starts_with("registry: image")).count();
        assert_eq!(said, warnings, "{:?}", decision.warnings);
        let [verdict] = decision.verdicts.as_slice() else { panic!("{decision:?}") };
        assert_eq!(verdict.outcome.as_ref().unwrap().len(), 1);
    }
}

/// A policy whose cases agree on both engines, so that the fast one has it; what
/// it does about a Pod named `web` is the rest of `body`.
fn fast(body: &str, more: &Value) -> PolicySpec {
    let rego = format!(
        "package p\nviolation contains {{\"msg\": \"bad\"}} if input.review.object.metadata.name == \"bad\"\nviolation contains {{\"msg\": \"x\"}} if {{ input.review.object.metadata.name == \"web\"; {body} }}\n"
    );
    let named = |name: &str| json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}});
    let mut spec = spec(&rego, more);
    spec.cases = serde_json::from_value(json!([
        {"name": "denies", "object": named("bad"), "expect": {"verdict": "deny"}},
        {"name": "allows", "object": named("good"), "expect": {"verdict": "allow"}},
    ]))
    .unwrap();
    spec
}

#[test]
fn r30_what_cannot_be_judged_is_denied_and_warned_about() {
    let endless = "count([1 | some i in numbers.range(1, 9000); some j in numbers.range(1, 9000); i * j == 0]) > 0";
    for (body, reason) in [
        ("to_number(input.review.object.metadata.name) > 3", Reason::PolicyError),
        (endless, Reason::PolicyBudgetExceeded),
    ] {
        for enforcement in ["deny", "warn"] {
            let more = json!({"enforcement": enforcement, "budget": {"milliseconds": 1000}});
            let snapshot = with(&[("p", fast(body, &more))]);
            let decision = review(&snapshot, "registry.example.com/app");
            if enforcement == "deny" {
                assert_eq!(decision.leading().map(|v| v.reason), Some(reason), "{decision:?}");
                assert!(decision.leading().unwrap().message.contains("policy p cannot judge"));
            } else {
                assert!(decision.allowed(), "{decision:?}");
                assert!(decision.warnings.iter().any(|w| w.contains("policy p cannot")));
            }
        }
    }
}

#[test]
fn r115_a_policy_that_never_compiled_denies_what_it_would_judge() {
    let spec = spec(REGISTRY, &json!({}));
    let mut snapshot = world();
    snapshot.apply(Change::Policy(Member::Broken(Arc::new(Broken {
        name: "registry".into(),
        enforcement: spec.enforcement,
        matcher: Matcher::of_policy(&spec.matching).unwrap(),
        error: "spec.rego:3:1: unexpected token".to_owned(),
    }))));
    let decision = review(&snapshot, "registry.example.com/app");
    assert_eq!(reasons(&decision), [(Reason::PolicyError, String::new())]);
    assert!(decision.leading().unwrap().message.contains("spec.rego:3:1"));
    let config = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}});
    assert!(ask("configmaps").create(&config).decision(&snapshot, Phase::Validating).allowed());
}

#[test]
fn r39_an_exemption_holds_for_its_scope_until_it_expires() {
    let exemption = |tenant: &str, expires: &str| -> ExemptionSpec {
        serde_json::from_value(json!({"policy": "registry", "tenant": tenant,
            "reason": "migration, OPS-7", "expires": expires}))
        .unwrap()
    };
    for (tenant, expires, allowed) in [
        ("acme", "2026-01-01T00:00:01Z", true),
        ("acme", "2026-01-01T00:00:00Z", false),
        ("globex", "2027-01-01T00:00:00Z", false),
    ] {
        let mut snapshot = with(&[("registry", spec(REGISTRY, &json!({})))]);
        let spec = Box::new(exemption(tenant, expires));
        snapshot.apply(Change::Exemption { name: "e".to_owned(), spec });
        assert_eq!(review(&snapshot, "docker.io/evil").allowed(), allowed, "{tenant} {expires}");
        // The fixed core has none.
        let mut privileged = pod("docker.io/evil");
        privileged["spec"]["hostNetwork"] = json!(true);
        let mut request = ask("pods").create(&privileged).into_request();
        let decision = Judge::new(&snapshot, jiff::Timestamp::UNIX_EPOCH).review(&mut request);
        assert_eq!(decision.leading().unwrap().reason, Reason::PodSecurityViolation);
        snapshot.apply(Change::NoExemption("e".to_owned()));
        assert!(!review(&snapshot, "docker.io/evil").allowed());
    }
}

#[test]
fn policies_are_chosen_by_tenant_class_and_operation() {
    for (matching, judged) in [
        (json!({"tenants": {"names": ["acme"]}}), true),
        (json!({"tenants": {"names": ["globex"]}}), false),
        (json!({"classes": {"names": ["standard"]}}), true),
        (json!({"classes": {"names": ["weak"]}}), false),
        (json!({"operations": ["DELETE"]}), false),
        (json!({"namespaces": ["acme*"]}), true),
        (json!({"excludedNamespaces": ["acme"]}), false),
    ] {
        let mut spec = json!({"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]});
        super::world::merge(&mut spec, &matching);
        let snapshot = with(&[("registry", self::spec(REGISTRY, &json!({"match": spec})))]);
        assert_eq!(!review(&snapshot, "docker.io/evil").allowed(), judged, "{matching}");
    }
}

#[test]
fn lessor_and_managed_objects_are_not_judged() {
    let rego = "package p\nviolation contains {\"msg\": \"no\"}\n";
    let matching = json!({"kinds": [{"apiGroups": ["*"], "kinds": ["*"]}],
        "operations": ["CREATE", "UPDATE", "DELETE"]});
    let snapshot = with(&[("p", spec(rego, &json!({"match": matching})))]);
    let config = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}});
    for who in TENANTS {
        let asked = ask("configmaps").by(who);
        assert!(!asked.create(&config).decision(&snapshot, Phase::Validating).allowed());
    }
    let by_lessor = ask("configmaps").by(Who::Lessor).create(&config);
    assert!(by_lessor.decision(&snapshot, Phase::Validating).allowed());
    // Letting go of a finalizer is always free.
    let held = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a",
        "deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["x.example.com/y"]}});
    let mut free = held.clone();
    free["metadata"]["finalizers"] = json!([]);
    let freed = ask("configmaps").update(&held, &free);
    assert!(freed.decision(&snapshot, Phase::Validating).allowed());
}

const LABEL: &str = r#"
package label

patch := [{"op": "add", "path": "/metadata/labels/team", "value": input.tenant.name}]
"#;

#[test]
fn r31_patches_are_bounded_and_judged_again() {
    let mutation = json!({"mutation": {"order": 1}});
    let snapshot = with(&[("label", spec(LABEL, &mutation))]);
    let mut request = ask("pods").create(&pod("docker.io/app")).into_request();
    let decision = Judge::new(&snapshot, jiff::Timestamp::UNIX_EPOCH).review(&mut request);
    assert!(decision.allowed(), "{decision:?}");
    assert_eq!(request.object.as_ref().unwrap()["metadata"]["labels"]["team"], "acme");
    let again = Judge::new(&snapshot, jiff::Timestamp::UNIX_EPOCH).review(&mut request);
    assert!(again.patch.is_empty(), "{:?}", again.patch);
    for patch in [
        r#"{"op": "add", "path": "/metadata/namespace", "value": "globex"}"#,
        r#"{"op": "add", "path": "/metadata/labels/lessor.io~1tenant", "value": "globex"}"#,
        r#"{"op": "add", "path": "/metadata/labels/lessor.io~01tenant", "value": "x y"}"#,
        r#"{"op": "add", "path": "/spec/serviceAccountName", "value": "other"}"#,
        r#"{"op": "move", "from": "/metadata/name", "path": "/metadata/labels/a"}"#,
    ] {
        let rego = format!("package p\npatch := [{patch}]\n");
        let snapshot = with(&[("p", spec(&rego, &mutation))]);
        let decision = review(&snapshot, "docker.io/app");
        let reason = decision.leading().map(|v| v.reason);
        if patch.contains("~01") {
            assert!(reason.is_none(), "an ordinary label: {decision:?}");
        } else {
            assert_eq!(reason, Some(Reason::PatchForbidden), "{patch}: {decision:?}");
            assert!(decision.patch.is_empty());
        }
    }
}

#[test]
fn r87_a_patch_that_makes_a_pod_privileged_is_refused_by_the_core() {
    let rego = "package p\npatch := [{\"op\": \"add\", \"path\": \"/spec/containers/0/securityContext/privileged\", \"value\": true}]\n";
    let snapshot = with(&[("p", spec(rego, &json!({"mutation": {}})))]);
    let decision = review(&snapshot, "docker.io/app");
    assert_eq!(decision.leading().unwrap().reason, Reason::PodSecurityViolation, "{decision:?}");
    assert!(decision.patch.is_empty());
}

#[test]
fn a_patch_must_be_complete_after_one_pass() {
    let rego = "package p\npatch := [{\"op\": \"add\", \"path\": \"/metadata/labels/n\", \"value\": sprintf(\"%sx\", [object.get(input.review.object, [\"metadata\", \"labels\", \"n\"], \"\")])}]\n";
    let snapshot = with(&[("p", spec(rego, &json!({"mutation": {}})))]);
    let decision = review(&snapshot, "docker.io/app");
    let leading = decision.leading().unwrap();
    assert_eq!(leading.reason, Reason::PatchForbidden, "{decision:?}");
    assert!(leading.message.contains("complete after one pass"), "{}", leading.message);
}

#[test]
fn patches_are_made_in_their_order() {
    let second = "package p\npatch := [{\"op\": \"add\", \"path\": \"/metadata/labels/seen\", \"value\": input.review.object.metadata.labels.team}] if input.review.object.metadata.labels.team\nelse := []\n";
    let label = spec(LABEL, &json!({"mutation": {"order": 1}}));
    for (order, seen) in [(2, json!("acme")), (0, Value::Null)] {
        let later = spec(second, &json!({"mutation": {"order": order}}));
        let snapshot = with(&[("a", later), ("b", label.clone())]);
        let mut request = ask("pods").create(&pod("docker.io/app")).into_request();
        let _ = Judge::new(&snapshot, jiff::Timestamp::UNIX_EPOCH).decide(
            &mut request,
            crate::admission::Endpoint { phase: Phase::Mutating, administrator: false },
        );
        assert_eq!(request.object.unwrap()["metadata"]["labels"]["seen"], seen, "{order}");
    }
}

#[test]
fn templates_are_never_patched() {
    let mutation =
        json!({"mutation": {}, "match": {"kinds": [{"apiGroups": ["apps"], "kinds": ["*"]}]}});
    let rego = "package p\npatch := [{\"op\": \"add\", \"path\": \"/spec/template/metadata/labels/a\", \"value\": \"b\"}]\n";
    let snapshot = with(&[("p", spec(rego, &mutation))]);
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"},
        "spec": {"selector": {}, "template": {"metadata": {}, "spec": {"containers": [{"name": "a", "image": "b"}]}}}});
    let decision = ask("apps/deployments")
        .create(&deployment)
        .of_its_kind()
        .decision(&snapshot, Phase::Mutating);
    assert_eq!(decision.leading().unwrap().reason, Reason::PatchForbidden, "{decision:?}");
}

const HOSTS: &str = r#"
package hosts

violation contains {"msg": sprintf("host %s is taken by %s", [host, other.name])} if {
    some rule in input.review.object.spec.rules
    host := rule.host
    some other in data.inventory.index.hosts[host]
    other.name != input.review.object.metadata.name
}
"#;

#[test]
fn r113_inventory_is_the_tenants_own_and_its_absence_is_an_error() {
    let more = json!({"match": {"kinds": [{"apiGroups": ["networking.k8s.io"], "kinds": ["Ingress"]}]},
        "inventory": {"kinds": [{"group": "networking.k8s.io", "version": "v1", "kind": "Ingress", "fields": ["spec.rules"]}],
            "indexes": [{"kind": "Ingress", "path": "spec.rules[].host", "as": "hosts"}]}});
    let mut snapshot = with(&[("hosts", spec(HOSTS, &more))]);
    let ingress = |name: &str, host: &str| {
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": name},
            "spec": {"rules": [{"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix",
                "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}]}})
    };
    let review = |snapshot: &Snapshot, host: &str| {
        ask("networking.k8s.io/ingresses")
            .create(&ingress("new", host))
            .of_its_kind()
            .decision(snapshot, Phase::Validating)
    };
    let unsynced = review(&snapshot, "a.example.com");
    assert_eq!(unsynced.leading().map(|v| v.reason), Some(Reason::TenancyContextUnavailable));
    let kind =
        KindKey { group: "networking.k8s.io".into(), version: "v1".into(), kind: "Ingress".into() };
    for (namespace, host) in [("acme-db", "a.example.com"), ("globex", "g.example.com")] {
        let fields = Some(Box::new(ingress("old", host)));
        let namespace = namespace.to_owned();
        snapshot.apply(Change::Inventory {
            kind: kind.clone(),
            namespace,
            name: "old".into(),
            fields,
        });
    }
    snapshot.apply(Change::InventorySynced { kind, synced: true });
    let taken = review(&snapshot, "a.example.com");
    assert_eq!(taken.leading().unwrap().reason_text(), "Policy/hosts/violation");
    assert!(review(&snapshot, "b.example.com").allowed());
    assert!(review(&snapshot, "g.example.com").allowed(), "another tenant's object was seen");
}

#[test]
fn an_answer_that_is_due_is_retryable_and_no_verdict() {
    use crate::admission::{Endpoint, Limits, Outcome, decide};
    use crate::policy::Evaluator;
    let snapshot = with(&[("registry", spec(REGISTRY, &json!({})))]);
    let mut request = ask("pods").create(&pod("docker.io/evil")).into_request();
    let endpoint = |phase| Endpoint { phase, administrator: false };
    let limits =
        Limits { now: jiff::Timestamp::UNIX_EPOCH, remaining: &|| std::time::Duration::ZERO };
    let mut evaluator = Evaluator::default();
    let _ = decide(&mut evaluator, &mut request, endpoint(Phase::Mutating), &snapshot, &limits);
    let outcome =
        decide(&mut evaluator, &mut request, endpoint(Phase::Validating), &snapshot, &limits);
    let Outcome::Decided(decision) = outcome else { panic!("{outcome:?}") };
    assert_eq!(decision.leading().map(|v| v.reason), Some(Reason::Overloaded));
    assert_eq!(request.operation, Operation::Create);
}
