//! What each field of a match lets through.
#![expect(clippy::needless_pass_by_value, reason = "literals read better without a borrow")]

use serde_json::{Value, json};

use super::{Asked, labels, pod, with};
use crate::api::{ExemptionSpec, Operation, PolicyMatch};
use crate::policy::select::{Index, Matcher};

fn matcher(matching: Value) -> Matcher {
    let mut whole = json!({"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]});
    for (field, value) in matching.as_object().unwrap() {
        whole[field] = value.clone();
    }
    Matcher::of_policy(&serde_json::from_value(whole).unwrap()).unwrap()
}

/// Asserts that the first is matched and the second is not.
#[track_caller]
fn tells_apart(matching: Value, yes: &Asked, no: &Asked) {
    let matcher = matcher(matching.clone());
    assert!(matcher.matches(&yes.subject()), "{matching} {yes:?}");
    assert!(!matcher.matches(&no.subject()), "{matching} {no:?}");
}

#[test]
fn every_field_narrows() {
    let update = with(|a| a.operation = Operation::Update);
    tells_apart(json!({}), &update, &with(|a| a.operation = Operation::Delete));
    tells_apart(
        json!({"operations": ["DELETE"]}),
        &with(|a| a.operation = Operation::Delete),
        &pod(),
    );
    tells_apart(json!({}), &pod(), &with(|a| a.kind.1 = "Service".to_owned()));
    tells_apart(json!({}), &pod(), &with(|a| a.kind.0 = "metrics.k8s.io".to_owned()));
    let every = json!([{"apiGroups": ["*"], "kinds": ["*"]}]);
    tells_apart(
        json!({"kinds": every}),
        &with(|a| a.kind = ("example.com".to_owned(), "Widget".to_owned())),
        &with(|a| a.operation = Operation::Connect),
    );
    tells_apart(
        json!({"tenants": {"names": ["acme"]}}),
        &pod(),
        &with(|a| a.tenant = "b".to_owned()),
    );
    tells_apart(
        json!({"tenants": {"selector": {"matchLabels": {"tier": "gold"}}}}),
        &pod(),
        &with(|a| a.tenant_labels = labels(&[("tier", "iron")])),
    );
    tells_apart(
        json!({"classes": {"names": ["standard"], "selector": {"matchLabels": {"pack": "base"}}}}),
        &pod(),
        &with(|a| a.class_labels = labels(&[])),
    );
    tells_apart(
        json!({"classes": {"names": ["standard"]}}),
        &pod(),
        &with(|a| a.class = "x".to_owned()),
    );
    let shop = with(|a| a.namespace = "shop".to_owned());
    tells_apart(json!({"namespaces": ["acme-*"]}), &pod(), &shop);
    tells_apart(json!({"excludedNamespaces": ["*-dev", "x"]}), &shop, &pod());
    tells_apart(
        json!({"namespaces": ["acme-*"], "excludedNamespaces": ["*-prod"]}),
        &pod(),
        &with(|a| a.namespace = "acme-prod".to_owned()),
    );
    tells_apart(
        json!({"namespaceSelector": {"matchLabels": {"stage": "dev"}}}),
        &pod(),
        &with(|a| a.namespace_labels = labels(&[])),
    );
    tells_apart(json!({"name": "web-*"}), &pod(), &with(|a| a.name = "db-1".to_owned()));
}

#[test]
fn labels_count_as_they_were_and_as_they_will_be() {
    let object = |app: &str| Some(json!({"metadata": {"labels": {"app": app}}}));
    let change = |old: &str, new: &str| {
        with(|a| {
            (a.old_object, a.object, a.operation) = (object(old), object(new), Operation::Update);
        })
    };
    let web = json!({"labelSelector": {"matchLabels": {"app": "web"}}});
    tells_apart(web.clone(), &change("web", "db"), &change("db", "db"));
    tells_apart(web, &change("db", "web"), &with(|a| a.object = Some(json!({}))));
    // On CREATE there is no old object, which is not one without labels.
    let without = json!({"labelSelector": {"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}});
    tells_apart(without, &with(|a| a.object = Some(json!({}))), &pod());
    let not_web = json!({"labelSelector": {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}});
    tells_apart(not_web, &with(|a| a.object = None), &pod());
}

#[test]
fn subresources_are_named() {
    let exec = with(|a| {
        a.kind = (String::new(), "PodExecOptions".to_owned());
        a.subresource = "exec".to_owned();
        a.operation = Operation::Connect;
    });
    let attach = with(|a| {
        a.kind = (String::new(), "PodAttachOptions".to_owned());
        a.subresource = "attach".to_owned();
        a.operation = Operation::Connect;
    });
    let on = |subresources: Value| json!({"operations": ["CONNECT"], "subresources": subresources});
    tells_apart(on(json!(["exec"])), &exec, &attach);
    assert!(matcher(on(json!(["*"]))).matches(&attach.subject()));
    assert!(!matcher(json!({"operations": ["CONNECT"]})).matches(&exec.subject()));
    // By the kind that is sent, too.
    let sent = json!({"kinds": [{"apiGroups": [""], "kinds": ["PodExecOptions"]}],
        "operations": ["CONNECT"], "subresources": ["*"]});
    tells_apart(sent, &exec, &attach);
    // A Scale of apps is of the Deployment, whatever group the Scale has.
    let scale = |resource: &str| {
        with(|a| {
            a.kind = ("autoscaling".to_owned(), "Scale".to_owned());
            a.resource = ("apps".to_owned(), resource.to_owned());
            a.subresource = "scale".to_owned();
            a.operation = Operation::Update;
        })
    };
    let deployments = json!({"kinds": [{"apiGroups": ["apps"], "kinds": ["Deployment"]}], "subresources": ["scale"]});
    tells_apart(deployments, &scale("deployments"), &scale("statefulsets"));
}

#[test]
fn an_exemption_is_for_what_the_object_becomes() {
    let exempts = |spec: Value, asked: &Asked| {
        let mut whole = json!({"policy": "p", "tenant": "acme", "reason": "r", "expires": "2027-01-01T00:00:00Z"});
        for (field, value) in spec.as_object().unwrap() {
            whole[field] = value.clone();
        }
        let spec: ExemptionSpec = serde_json::from_value(whole).unwrap();
        Matcher::of_exemption(&spec).unwrap().matches(&asked.subject())
    };
    let other = with(|a| a.tenant = "globex".to_owned());
    assert!(exempts(json!({}), &pod()) && !exempts(json!({}), &other));
    let deleted = with(|a| a.operation = Operation::Delete);
    assert!(exempts(json!({}), &deleted));
    let kinds = json!({"object": {"kinds": [{"apiGroups": ["apps"], "kinds": ["*"]}]}});
    assert!(!exempts(kinds, &pod()));
    let named = json!({"namespaces": ["acme-dev"], "object": {"name": "web-*"}});
    assert!(exempts(named.clone(), &pod()));
    assert!(!exempts(named, &with(|a| a.name = "db".to_owned())));
    let web = json!({"object": {"labelSelector": {"matchLabels": {"app": "web"}}}});
    let relabelled = with(|a| {
        a.old_object = a.object.clone();
        a.object = Some(json!({"metadata": {"labels": {"app": "db"}}}));
    });
    assert!(exempts(web.clone(), &pod()) && !exempts(web.clone(), &relabelled));
    let gone = with(|a| a.old_object = a.object.take());
    assert!(exempts(web, &gone));
}

#[test]
fn a_broken_pattern_is_an_error_with_its_field() {
    let spec = PolicyMatch {
        namespaces: vec!["a".to_owned(), "a*b".to_owned()],
        ..PolicyMatch::default()
    };
    let error = Matcher::of_policy(&spec).unwrap_err();
    assert_eq!(error.field, "spec.match.namespaces[1]");
    assert!(error.message.contains('*'), "{error:?}");
}

#[test]
fn an_index_leaves_out_what_names_another_kind() {
    let pods = matcher(json!({}));
    let services = matcher(json!({"kinds": [{"apiGroups": [""], "kinds": ["Service"]}]}));
    let every = matcher(
        json!({"kinds": [{"apiGroups": ["*"], "kinds": ["*"]}], "operations": ["DELETE", "CREATE"]}),
    );
    let index = Index::new([&pods, &services, &every, &pods]);
    let found = |asked: &Asked| index.candidates(&asked.subject()).collect::<Vec<_>>();
    assert_eq!(found(&pod()), [0, 2, 3]);
    assert_eq!(found(&with(|a| a.operation = Operation::Delete)), [2]);
    assert_eq!(found(&with(|a| a.operation = Operation::Update)), [0, 3]);
    assert_eq!(found(&with(|a| a.kind.1 = "Widget".to_owned())), [2]);
    assert_eq!(found(&with(|a| a.operation = Operation::Connect)), [0; 0]);
}
