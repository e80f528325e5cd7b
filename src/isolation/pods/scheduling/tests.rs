use serde_json::{Value, json};

use super::judge::RULE;
use super::*;
use crate::document::Field;
use crate::isolation::fixtures::{World, create, update};
use crate::isolation::pods::subject::Subject;
use crate::isolation::{Caller, Change, Findings};
use crate::names::Reason;

fn found_by(world: &World, change: &Change<'_>, metadata: &Value, spec: &Value) -> Vec<String> {
    let subject = Subject { metadata, spec, root: "", is_template: false };
    let mut out = Findings::default();
    judge(&world.context(), change, &subject, &Field::root("spec"), &mut out);
    assert!(
        out.violations.iter().all(|v| v.reason == Reason::SchedulingForbidden && v.rule == RULE)
    );
    out.violations.into_iter().map(|v| v.field).collect()
}

fn found(world: &World, spec: &Value) -> Vec<String> {
    found_by(world, &create(&Value::Null), &Value::Null, spec)
}

const NONE: [&str; 0] = [];

#[test]
fn the_scheduler_chooses_the_node() {
    let world = World::default();
    let named = json!({"nodeName": "n1"});
    let pod = json!({"spec": {}});
    assert_eq!(found(&world, &named), ["spec.nodeName"]);
    for caller in [Caller::Platform, Caller::Administrator, Caller::Other] {
        let change = Change { caller, ..create(&pod) };
        assert_eq!(found_by(&world, &change, &Value::Null, &named), ["spec.nodeName"]);
    }
    let change = Change { caller: Caller::Node, ..create(&pod) };
    assert_eq!(found_by(&world, &change, &Value::Null, &named), NONE);
    assert_eq!(found(&world, &json!({"nodeName": ""})), NONE);
    assert_eq!(found(&world, &json!({"schedulerName": "mine"})), ["spec.schedulerName"]);
    assert_eq!(found(&world, &json!({"schedulerName": "default-scheduler"})), NONE);
    assert_eq!(
        found(&world, &json!({"resourceClaims": [{"name": "gpu"}]})),
        ["spec.resourceClaims"]
    );
    assert_eq!(found(&world, &json!({"resourceClaims": []})), NONE);
}

#[test]
fn an_update_is_not_judged_for_what_the_scheduler_wrote() {
    let world = World::default();
    let spec = json!({"nodeName": "n1", "nodeSelector": {"kubernetes.io/hostname": "n1"},
        "tolerations": [{"operator": "Exists"}], "priority": 5, "runtimeClassName": "old"});
    let old = json!({"spec": spec});
    assert_eq!(found_by(&world, &update(&old, &old), &Value::Null, &spec), NONE);
    let mut new = spec.clone();
    new["tolerations"] = json!([{"operator": "Exists"}, {"key": "x", "operator": "Exists"}]);
    assert_eq!(found_by(&world, &update(&old, &old), &Value::Null, &new), ["spec.tolerations[1]"]);
}

#[test]
fn precedence_comes_from_the_class() {
    let mut world = World::default();
    assert_eq!(found(&world, &json!({"priority": 0})), NONE);
    assert_eq!(found(&world, &json!({"priority": 7})), ["spec.priority"]);
    let high = json!({"priorityClassName": "high", "priority": 1000});
    assert_eq!(found(&world, &high), ["spec.priorityClassName"]);
    assert_eq!(
        found(&world, &json!({"priorityClassName": "system-node-critical"})),
        ["spec.priorityClassName"]
    );
    world.class.priority_classes = vec!["high".to_owned()];
    assert_eq!(found(&world, &high), NONE);
}

#[test]
fn the_runtime_class_is_the_tenants() {
    let gvisor = json!({"runtimeClassName": "gvisor"});
    assert_eq!(found(&World::rich(), &gvisor), NONE);
    assert_eq!(found(&World::rich(), &json!({})), NONE);
    assert_eq!(
        found(&World::rich(), &json!({"runtimeClassName": "runc"})),
        ["spec.runtimeClassName"]
    );
    assert_eq!(found(&World::default(), &gvisor), ["spec.runtimeClassName"]);
}

#[test]
fn node_selectors_keep_to_the_pool() {
    let poor = {
        let mut w = World::rich();
        w.tenant.node_pool = None;
        w
    };
    for (selector, rich, without) in [
        (json!({"pool": "gold"}), &NONE[..], &["spec.nodeSelector.pool"][..]),
        (json!({"pool": "silver"}), &["spec.nodeSelector.pool"], &["spec.nodeSelector.pool"]),
        (json!({"disk": "ssd"}), &[], &[]),
        (
            json!({"kubernetes.io/hostname": "n1"}),
            &["spec.nodeSelector[kubernetes.io/hostname]"],
            &["spec.nodeSelector[kubernetes.io/hostname]"],
        ),
        (
            json!({"node-role.kubernetes.io/control-plane": ""}),
            &["spec.nodeSelector[node-role.kubernetes.io/control-plane]"],
            &["spec.nodeSelector[node-role.kubernetes.io/control-plane]"],
        ),
    ] {
        let spec = json!({"nodeSelector": selector});
        assert_eq!(found(&World::rich(), &spec), rich);
        assert_eq!(found(&poor, &spec), without);
    }
}

#[test]
fn tolerations_are_the_pools_and_the_platforms() {
    let world = World::rich();
    let gold = |extra: Value| {
        let mut toleration =
            json!({"key": "pool", "operator": "Equal", "value": "gold", "effect": "NoSchedule"});
        for (key, value) in extra.as_object().unwrap() {
            toleration[key] = value.clone();
        }
        json!({"tolerations": [toleration]})
    };
    let refused = ["spec.tolerations[0]"];
    assert_eq!(found(&world, &gold(json!({}))), NONE);
    assert_eq!(found(&World::default(), &gold(json!({}))), refused);
    for extra in [
        json!({"value": "silver"}),
        json!({"operator": "Exists"}),
        json!({"effect": "NoExecute"}),
        json!({"effect": ""}),
        json!({"key": "other"}),
        json!({"key": "", "operator": "Exists"}),
    ] {
        assert_eq!(found(&world, &gold(extra)), refused);
    }
    for (key, effect) in [
        ("not-ready", "NoExecute"),
        ("unreachable", "NoExecute"),
        ("disk-pressure", "NoSchedule"),
        ("memory-pressure", "NoSchedule"),
        ("pid-pressure", "NoSchedule"),
        ("unschedulable", "NoSchedule"),
    ] {
        let key = format!("node.kubernetes.io/{key}");
        let exact = json!({"tolerations": [{"key": key, "operator": "Exists", "effect": effect, "tolerationSeconds": 300}]});
        assert_eq!(found(&world, &exact), NONE);
        let equal = json!({"tolerations": [{"key": key, "operator": "Equal", "effect": effect}]});
        assert_eq!(found(&world, &equal), refused);
        let any = json!({"tolerations": [{"key": key, "operator": "Exists"}]});
        assert_eq!(found(&world, &any), refused);
    }
    let network = json!({"tolerations": [{"key": "node.kubernetes.io/network-unavailable", "operator": "Exists", "effect": "NoSchedule"}]});
    assert_eq!(found(&world, &network), refused);
}

#[test]
fn node_affinity_names_neither_nodes_nor_other_pools() {
    let world = World::rich();
    for (expression, is_allowed) in [
        (json!({"key": "pool", "operator": "In", "values": ["gold"]}), true),
        (json!({"key": "pool", "operator": "In", "values": ["gold", "silver"]}), false),
        (json!({"key": "pool", "operator": "Exists"}), false),
        (json!({"key": "zone", "operator": "In", "values": ["a"]}), true),
        (json!({"key": "kubernetes.io/hostname", "operator": "NotIn", "values": ["n1"]}), false),
        (json!({"key": "node-role.kubernetes.io/control-plane", "operator": "DoesNotExist"}), true),
        (json!({"key": "node-role.kubernetes.io/control-plane", "operator": "Exists"}), false),
    ] {
        let term = json!({"matchExpressions": [expression]});
        let required =
            json!({"affinity": {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [term]}}}});
        let preferred =
            json!({"affinity": {"nodeAffinity": {PREFERRED: [{"weight": 1, "preference": term}]}}});
        let count = usize::from(!is_allowed);
        let path = format!(
            "spec.affinity.nodeAffinity.{REQUIRED}.nodeSelectorTerms[0].matchExpressions[0]"
        );
        assert_eq!(found(&world, &required), vec![path; count], "{required}");
        let path =
            format!("spec.affinity.nodeAffinity.{PREFERRED}[0].preference.matchExpressions[0]");
        assert_eq!(found(&world, &preferred), vec![path; count]);
    }
}

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

#[test]
fn only_the_daemon_set_controller_names_nodes() {
    let world = World::default();
    let spec = json!({"affinity": {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [
        {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n1"]}]}]}}}});
    let owned = json!({"ownerReferences": [{"apiVersion": "apps/v1", "kind": "DaemonSet", "controller": true}]});
    let by_set = json!({"ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "controller": true}]});
    let path = [format!("spec.affinity.nodeAffinity.{REQUIRED}.nodeSelectorTerms[0].matchFields")];
    let platform = Change { caller: Caller::Platform, ..create(&Value::Null) };
    assert_eq!(found_by(&world, &platform, &owned, &spec), NONE);
    let term = format!("/affinity/nodeAffinity/{REQUIRED}/nodeSelectorTerms/0");
    let mut two = spec.clone();
    two.pointer_mut(&term).unwrap()["matchFields"][0]["values"] = json!(["n1", "n2"]);
    assert_eq!(found_by(&world, &platform, &owned, &two), path);
    let mut beside = spec.clone();
    beside.pointer_mut(&term).unwrap()["matchExpressions"] =
        json!([{"key": "zone", "operator": "In", "values": ["a"]}]);
    assert_eq!(found_by(&world, &platform, &owned, &beside), path);
    assert_eq!(found_by(&world, &platform, &by_set, &spec), path);
    assert_eq!(found_by(&world, &create(&Value::Null), &owned, &spec), path);
}

#[test]
fn pod_affinity_stays_in_the_tenants_namespaces() {
    let world = World::default();
    for (term, field) in [
        (json!({"topologyKey": "x"}), ""),
        (json!({"namespaces": ["acme", "acme-db"]}), ""),
        (json!({"namespaces": ["acme", "globex"]}), ".namespaces[1]"),
        (json!({"namespaceSelector": {}}), ".namespaceSelector"),
        (
            json!({"namespaceSelector": {"matchExpressions": [
                {"key": "kubernetes.io/metadata.name", "operator": "In", "values": []}]}}),
            ".namespaceSelector",
        ),
        (json!({"namespaceSelector": {"matchLabels": {"team": "a"}}}), ".namespaceSelector"),
        (json!({"namespaceSelector": {"matchLabels": {"lessor.io/tenant": "acme"}}}), ""),
        (
            json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "globex"}}}),
            ".namespaceSelector",
        ),
        (
            json!({"namespaceSelector": {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["acme-db"]}]}}),
            "",
        ),
        (
            json!({"namespaceSelector": {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["acme-db"]}]}}),
            ".namespaceSelector",
        ),
    ] {
        for kind in ["podAffinity", "podAntiAffinity"] {
            let count = usize::from(!field.is_empty());
            let required = json!({"affinity": {kind: {REQUIRED: [term]}}});
            assert_eq!(
                found(&world, &required),
                vec![format!("spec.affinity.{kind}.{REQUIRED}[0]{field}"); count]
            );
            let preferred = json!({"affinity": {kind: {PREFERRED: [{"podAffinityTerm": term}]}}});
            assert_eq!(
                found(&world, &preferred),
                vec![format!("spec.affinity.{kind}.{PREFERRED}[0].podAffinityTerm{field}"); count]
            );
        }
    }
}
