//! From constraints to Policies.

use serde_json::{Value, json};

use super::{Data, document, first, thing};
use crate::api::{CaseVerdict, Enforcement, Operation, PolicySpec, RegoVersion};
use crate::policy::gatekeeper::import;
use crate::policy::gatekeeper::import::{Evidence, Import, Outcome, Remark, Verdict, evidence};
use crate::policy::gatekeeper::suite::{Files, Suite};

fn imported(objects: &[Value], evidence: &[Evidence]) -> Import {
    let documents: Vec<_> = objects.iter().map(|object| document("all.yaml", object)).collect();
    import::import(&documents, evidence, &mut super::engine(None))
}

fn constraint(kind: &str, name: &str, spec: Value) -> Value {
    let mut object = json!({"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": kind,
                            "metadata": {"name": name}});
    object["spec"] = spec;
    object
}

/// The outcome of one constraint of the kind `Thing` with the given Rego.
fn of_rego(rego: &str, spec: Value) -> Outcome {
    let mut template = thing(&json!({"type": "object"}));
    template["spec"]["targets"][0]["rego"] = rego.into();
    imported(&[template, constraint("Thing", "it", spec)], &[]).constraints.swap_remove(0)
}

const ALWAYS: &str = "package thing\nviolation[{\"msg\": \"always\"}] { true }";

fn of_spec(spec: Value) -> Outcome {
    of_rego(ALWAYS, spec)
}

fn pods() -> Value {
    json!([{"apiGroups": [""], "kinds": ["Pod"]}])
}

fn spec_of(outcome: &Outcome) -> &PolicySpec {
    match &outcome.policy {
        Some(policy) => &policy.spec,
        None => panic!("{:?}", outcome.verdict),
    }
}

fn narrower(outcome: &Outcome) -> String {
    match &outcome.verdict {
        Verdict::Narrower(why) => why.join("; "),
        other => panic!("{other:?}"),
    }
}

fn impossible(outcome: &Outcome) -> String {
    assert!(outcome.policy.is_none());
    match &outcome.verdict {
        Verdict::Impossible(why) => why.join("; "),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_constraint_of_pods_means_the_same() {
    let outcome = of_spec(json!({
        "match": {
            "kinds": pods(), "name": "web-*", "excludedNamespaces": ["kube-system", "*-dev"],
            "labelSelector": {"matchLabels": {"app": "web"}},
        },
        "enforcementAction": "warn",
    }));
    assert_eq!(outcome.verdict, Verdict::Imported);
    let policy = outcome.policy.unwrap();
    assert_eq!(policy.metadata.name.as_deref(), Some("it"));
    let spec = &policy.spec;
    assert_eq!(spec.enforcement, Enforcement::Warn);
    assert_eq!(spec.rego_version, RegoVersion::V0);
    assert!(!spec.strict_builtin_errors);
    assert_eq!(spec.rego, ALWAYS);
    assert_eq!(spec.matching.kinds[0].kinds, ["Pod"]);
    assert_eq!(spec.matching.subresources, ["ephemeralcontainers"]);
    assert_eq!(spec.matching.operations, [Operation::Create, Operation::Update]);
    assert_eq!(spec.matching.excluded_namespaces, ["*-dev"]);
    assert_eq!(spec.matching.name.as_deref(), Some("web-*"));
    assert!(spec.matching.label_selector.is_some());
    assert!(spec.inventory.is_empty());
}

#[test]
fn parameters_libraries_and_schema_come_along() {
    let constraint = first("image-prefixes/constraint.yaml");
    let import = imported(&[first("image-prefixes/template.yaml"), constraint], &[]);
    let spec = spec_of(&import.constraints[0]);
    assert_eq!(spec.enforcement, Enforcement::Audit);
    assert_eq!(spec.parameters["exemptImages"], json!(["busybox", "proxy.example.com/*"]));
    assert!(spec.parameters_schema.as_ref().unwrap().contains_key("properties"));
    assert!(spec.libs[0].starts_with("package lib.exempt"));
    assert_eq!(spec.matching.namespaces, ["team-*"]);
    assert_eq!(spec.description, "From the ConstraintTemplate ImagePrefixes.");
    // A schema that is none of a Policy's stays behind.
    let loose = first("user-ranges/template.yaml");
    let import = imported(&[loose, first("user-ranges/constraint.yaml")], &[]);
    let spec = spec_of(&import.constraints[0]);
    assert_eq!(spec.parameters["runAsUser"], json!({"rule": "MustRunAsNonRoot"}));
}

/// What speaks of more than tenants does less.
#[test]
fn what_is_outside_of_tenants_is_lost() {
    for (matching, part) in [
        (json!({}), "objects without a namespace"),
        (json!({"kinds": [{"kinds": ["Pod", "Node"]}]}), "Node: belongs to the cluster"),
        (json!({"kinds": [{"apiGroups": [""], "kinds": ["Namespace"]}]}), "of the Namespaces only"),
        (json!({"kinds": pods(), "namespaces": ["kube-system", "a"]}), "\"kube-system\" can be no"),
        (json!({"kinds": pods(), "namespaces": ["kube-*"]}), "those of the platform"),
        (
            json!({"kinds": pods(), "namespaceSelector": {"matchLabels": {"a": "b"}}}),
            "namespaceSelector",
        ),
        (json!({"kinds": pods(), "source": "Generated"}), "source: Generated"),
        (json!({"kinds": [{"kinds": ["Pod", "Eviction"]}]}), "evictions are never judged"),
    ] {
        let outcome = of_spec(json!({"match": matching}));
        assert!(narrower(&outcome).contains(part), "{matching}: {}", narrower(&outcome));
        assert!(outcome.policy.is_some());
    }
    for (matching, part) in [
        (
            json!({"kinds": [{"apiGroups": ["rbac.authorization.k8s.io"], "kinds": ["ClusterRole"]}]}),
            "no kind",
        ),
        (json!({"kinds": pods(), "scope": "Cluster"}), "no kind"),
        (json!({"kinds": pods(), "namespaces": ["kube-system"]}), "no tenant can have"),
    ] {
        let outcome = of_spec(json!({"match": matching}));
        assert!(impossible(&outcome).contains(part), "{matching}: {}", impossible(&outcome));
    }
    // With a scope, a wildcard means the same.
    assert_eq!(of_spec(json!({"match": {"scope": "Namespaced"}})).verdict, Verdict::Imported);
    let namespaces = of_spec(json!({"match": {"scope": "Cluster"}}));
    assert_eq!(spec_of(&namespaces).matching.kinds[0].kinds, ["Namespace"]);
}

#[test]
fn kinds_that_are_sent_bring_their_subresource() {
    let kinds = json!([{"apiGroups": ["*"], "kinds": ["PodExecOptions", "Scale"]}]);
    let outcome = of_spec(json!({"match": {"kinds": kinds}}));
    let matching = &spec_of(&outcome).matching;
    assert_eq!(matching.subresources, ["exec", "scale"]);
    let operations = [Operation::Create, Operation::Update, Operation::Connect];
    assert_eq!(matching.operations, operations);
}

#[test]
fn operations_are_the_templates() {
    let with = |operations: Value| {
        let mut template = thing(&json!({"type": "object"}));
        template["spec"]["targets"][0]["operations"] = operations;
        let objects = [template, constraint("Thing", "it", json!({"match": {"kinds": pods()}}))];
        let import = imported(&objects, &[]);
        spec_of(&import.constraints[0]).matching.operations.clone()
    };
    assert_eq!(with(json!(["DELETE"])), [Operation::Delete]);
    assert_eq!(with(json!(["*"])), Operation::ALL);
    let rego = "package t\nviolation[{\"msg\": \"x\"}] { input.review.operation == \"DELETE\" }";
    let outcome = of_rego(rego, json!({"match": {"kinds": pods()}}));
    assert_eq!(outcome.verdict, Verdict::Imported);
    assert!(outcome.notes.iter().any(|note| note.contains("speaks of \"DELETE\"")));
}

#[test]
fn actions_are_those_of_the_webhook() {
    let scoped = |entries: Value| {
        of_spec(json!({"match": {"kinds": pods()}, "enforcementAction": "scoped",
                       "scopedEnforcementActions": entries}))
    };
    let point =
        |action: &str, name: &str| json!({"action": action, "enforcementPoints": [{"name": name}]});
    let both = scoped(json!([point("warn", "*"), point("deny", "validation.gatekeeper.sh"),]));
    assert_eq!(both.verdict, Verdict::Imported);
    assert_eq!(spec_of(&both).enforcement, Enforcement::Deny);
    let audit = scoped(json!([point("deny", "audit.gatekeeper.sh")]));
    assert!(narrower(&audit).contains("audit alone"));
    assert_eq!(spec_of(&audit).enforcement, Enforcement::Audit);
    let vap = scoped(json!([point("deny", "vap.k8s.io")]));
    assert!(impossible(&vap).contains("points that Lessor does not have"));
    let odd = of_spec(json!({"match": {"kinds": pods()}, "enforcementAction": "Deny"}));
    assert!(impossible(&odd).contains("\"Deny\" is none of"));
}

#[test]
fn what_is_broken_is_impossible() {
    let lonely = imported(&[constraint("Thing", "it", json!({}))], &[]);
    assert!(impossible(&lonely.constraints[0]).contains("no ConstraintTemplate for Thing"));

    let mut cel = thing(&json!({"type": "object"}));
    cel["spec"]["targets"][0] = json!({
        "target": "admission.k8s.gatekeeper.sh",
        "code": [{"engine": "K8sNativeValidation", "source": {}}],
    });
    let import = imported(&[constraint("Thing", "it", json!({})), cel], &[]);
    assert!(impossible(&import.constraints[0]).contains("holds only CEL"));
    assert!(!import.is_complete());

    let refused = of_spec(json!({"parameters": {"unknown": 1}}));
    assert!(impossible(&refused).contains("spec.parameters.unknown"));
    let network = "package t\nviolation[{\"msg\": m}] { m := http.send({\"url\": \"x\"}).body }";
    assert!(impossible(&of_rego(network, json!({}))).contains("http.send"));
    let namespace =
        "package t\nviolation[{\"msg\": \"x\"}] { input.review.namespaceObject.metadata }";
    assert!(impossible(&of_rego(namespace, json!({}))).contains("namespaceObject"));
}

#[test]
fn look_ups_become_inventory() {
    let lines = |body: &str| format!("package t\nviolation[{{\"msg\": \"x\"}}] {{ {body} }}");
    let spec = json!({"match": {"kinds": pods()}});
    for (body, kind) in [
        (
            r#"data.inventory.namespace[ns]["networking.k8s.io/v1"]["Ingress"][n]"#,
            ("networking.k8s.io", "v1", "Ingress"),
        ),
        (r"data.inventory.namespace.a.v1.Service.b", ("", "v1", "Service")),
        (r#"data["inventory"]["namespace"][input["y"]][gv].Service[_]"#, ("", "v1", "Service")),
        ("data.inventory.namespace[_][gv][`Deployment`]", ("apps", "v1", "Deployment")),
    ] {
        let outcome = of_rego(&lines(body), spec.clone());
        assert_eq!(
            narrower(&outcome),
            "data.inventory holds objects of the tenant alone, not of the cluster"
        );
        let kept = &spec_of(&outcome).inventory.kinds;
        assert_eq!(kept.len(), 1, "{body}");
        let found = (kept[0].group.as_str(), kept[0].version.as_str(), kept[0].kind.as_str());
        assert_eq!(found, kind, "{body}");
        assert_eq!(kept[0].fields, ["*"]);
    }
    for (body, part) in [
        (r#"data.inventory.cluster["v1"]["Node"][n]"#, "Node, which belongs to the cluster"),
        (r#"data.inventory.namespace[_][gv]["Widget"][n]"#, "Widget of any group"),
        ("data.inventory[scope]", "cannot be seen"),
        ("x := data.inventory", "cannot be seen"),
    ] {
        let outcome = of_rego(&lines(body), spec.clone());
        assert!(impossible(&outcome).contains(part), "{body}: {}", impossible(&outcome));
    }
    // A comment, a string and a field of that name look up nothing.
    let quiet = "true # data.inventory.cluster\nx := \"data.inventory.namespace\"\n\
                 not input.data.inventory.x";
    assert_eq!(of_rego(&lines(quiet), spec.clone()).verdict, Verdict::Imported);
    let gone =
        of_rego(&lines(r#"data.inventory.namespace[_]["extensions/v1beta1"]["Ingress"]"#), spec);
    assert!(narrower(&gone).contains("which no API server has any more"));
}

/// The annotation, a Config or a SyncSet name what the Rego does not.
#[test]
fn groups_come_from_whoever_names_them() {
    let hosts = imported(
        &[first("unique-hosts/template.yaml"), first("unique-hosts/constraint.yaml")],
        &[],
    );
    let kinds = &spec_of(&hosts.constraints[0]).inventory.kinds;
    assert_eq!(kinds.len(), 1);
    assert_eq!((kinds[0].group.as_str(), kinds[0].version.as_str()), ("networking.k8s.io", "v1"));
    let spec = spec_of(&hosts.constraints[0]);
    assert_eq!(spec.description, "UniqueHosts: Hosts of Ingresses are unique in the cluster.");

    // The kind is a variable: the annotation alone says it.
    let replicas = imported(
        &[first("replica-spread/template.yaml"), first("replica-spread/constraint.yaml")],
        &[],
    );
    let kinds = &spec_of(&replicas.constraints[0]).inventory.kinds;
    let names: Vec<_> = kinds.iter().map(|kept| kept.kind.as_str()).collect();
    assert_eq!(names, ["Deployment", "StatefulSet"]);

    let mut template = thing(&json!({"type": "object"}));
    template["spec"]["targets"][0]["rego"] =
        "package t\nviolation[{\"msg\": \"x\"}] { data.inventory.namespace[_][_].Widget }".into();
    let sync = json!({"apiVersion": "syncset.gatekeeper.sh/v1alpha1", "kind": "SyncSet",
                      "metadata": {"name": "s"},
                      "spec": {"gvks": [{"group": "x.io", "version": "v2", "kind": "Widget"}]}});
    let it = constraint("Thing", "it", json!({"match": {"kinds": pods()}}));
    let import = imported(&[template, it, sync], &[]);
    let kept = &spec_of(&import.constraints[0]).inventory.kinds[0];
    assert_eq!((kept.group.as_str(), kept.version.as_str()), ("x.io", "v2"));
    assert!(matches!(&import.others[..], [other] if other.kind == "SyncSet"));
}

#[test]
fn a_config_leaves_namespaces_out_of_every_policy() {
    let config = |processes: Value| {
        json!({"apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config",
               "metadata": {"name": "config"},
               "spec": {"match": [{"excludedNamespaces": ["kube-*", "lab"], "processes": processes}]}})
    };
    let it = constraint("Thing", "it", json!({"match": {"kinds": pods()}}));
    let excluded = |processes: Value| {
        let template = thing(&json!({"type": "object"}));
        let import = imported(&[template, it.clone(), config(processes)], &[]);
        spec_of(&import.constraints[0]).matching.excluded_namespaces.clone()
    };
    assert_eq!(excluded(json!(["*"])), ["kube-*", "lab"]);
    assert_eq!(excluded(json!(["audit", "webhook"])), ["kube-*", "lab"]);
    assert!(excluded(json!(["audit"])).is_empty());
}

#[test]
fn other_objects_are_remarked_on() {
    let object = |api_version: &str, kind: &str| json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}});
    let import = imported(
        &[
            object("mutations.gatekeeper.sh/v1", "Assign"),
            object("expansion.gatekeeper.sh/v1beta1", "ExpansionTemplate"),
            object("externaldata.gatekeeper.sh/v1beta1", "Provider"),
            object("v1", "ConfigMap"),
            thing(&json!({"type": "object"})),
        ],
        &[],
    );
    let remarks: Vec<_> = import
        .others
        .iter()
        .map(|other| (other.kind.as_str(), matches!(other.remark, Remark::Noted(_))))
        .collect();
    let expected = [
        ("Assign", false),
        ("ExpansionTemplate", true),
        ("Provider", false),
        ("ConstraintTemplate", true),
    ];
    assert_eq!(remarks, expected);
    assert!(!import.is_complete());
    assert!(imported(&[thing(&json!({"type": "object"}))], &[]).is_complete());
}

/// Names are unique within a kind only.
#[test]
fn names_that_meet_carry_their_kind() {
    let mut other = thing(&json!({"type": "object"}));
    other["metadata"]["name"] = "other".into();
    other["spec"]["crd"]["spec"]["names"]["kind"] = "Other".into();
    let spec = json!({"match": {"kinds": pods()}});
    let import = imported(
        &[
            thing(&json!({"type": "object"})),
            other,
            constraint("Thing", "same", spec.clone()),
            constraint("Other", "same", spec.clone()),
            constraint("Thing", "own", spec),
        ],
        &[],
    );
    let names: Vec<_> = import
        .constraints
        .iter()
        .map(|outcome| outcome.policy.as_ref().unwrap().metadata.name.clone().unwrap())
        .collect();
    assert_eq!(names, ["thing-same", "other-same", "own"]);
}

/// Cases of a suite travel with the Policy, where it says the same.
#[test]
fn suites_become_cases() {
    let folder = |folder: &str| {
        let path = format!("{folder}/suite.yaml");
        let loaded = Data.read(&path).unwrap().swap_remove(0);
        let suite = Suite::new(&loaded.document(&path)).unwrap();
        let evidence = evidence(&path, &suite, &Data);
        let template = first(&format!("{folder}/template.yaml"));
        let constraint = first(&format!("{folder}/constraint.yaml"));
        let file = format!("{folder}/constraint.yaml");
        let documents = [document("template.yaml", &template), document(&file, &constraint)];
        let mut engine = super::engine(None);
        import::import(&documents, &evidence, &mut engine).constraints.swap_remove(0)
    };
    let probes = folder("probes");
    let cases = &spec_of(&probes).cases;
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0].expect.verdict, CaseVerdict::Deny);
    assert_eq!(cases[0].expect.messages, ["<none> of <Pod> <pod>"]);
    assert!(probes.notes.iter().any(|note| note.contains("fast engine")));

    let limits = folder("container-limits");
    let cases = &spec_of(&limits).cases;
    let verdicts: Vec<_> = cases.iter().map(|case| case.expect.verdict).collect();
    assert_eq!(verdicts, [CaseVerdict::Allow, CaseVerdict::Deny]);
    assert_eq!(cases[0].name, "at the ceiling");
    assert!(!limits.notes.iter().any(|note| note.contains("fast engine")));

    // What does not match says nothing about the Rego.
    let labels = folder("required-labels");
    let names: Vec<_> = spec_of(&labels).cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names, ["all there", "none there", "wrong value"]);
    assert!(labels.notes.iter().any(|note| note.contains("1 cases of suites")));

    let reviews = folder("service-account-kept");
    let cases = &spec_of(&reviews).cases;
    assert!(cases[0].object.is_none());
    assert_eq!(cases[0].review.as_ref().unwrap()["operation"], "UPDATE");

    let selectors = folder("unique-selectors");
    assert_eq!(spec_of(&selectors).cases[0].inventory.len(), 4);
}
