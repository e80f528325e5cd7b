//! NetworkPolicies of a tenant's own.

use anyhow::Result;
use lessor::names::Reason;
use serde_json::{Value, json};

use super::ground::{Ground, allowed, refused};
use crate::end_to_end::caller::{MERGE, path};

const NAME: &str = "kubernetes.io/metadata.name";
/// What no class can open here; nodes are not among it.
const PROTECTED: [&str; 4] = ["10.0.0.0/24", "10.244.0.0/16", "127.0.0.0/8", "169.254.0.0/16"];

fn policy(namespace: &str, spec: &Value) -> Value {
    let mut policy =
        Ground::object("networking.k8s.io/v1", "NetworkPolicy", namespace, "floor-test");
    policy["spec"] = spec.clone();
    policy["spec"]["podSelector"] = json!({});
    policy
}

/// Peers that open a tenant whatever its class says.
fn wide() -> Vec<Value> {
    let selected = |selector: Value| json!({"namespaceSelector": selector});
    let block = |cidr: &str| json!({"ipBlock": {"cidr": cidr}});
    vec![
        selected(json!({})),
        selected(json!({"matchLabels": {"team": "a"}})),
        selected(json!({"matchExpressions": [{"key": NAME, "operator": "Exists"}]})),
        selected(
            json!({"matchExpressions": [{"key": NAME, "operator": "NotIn", "values": ["x"]}]}),
        ),
        json!({"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "a"}}}),
        block("0.0.0.0/0"),
        block("::/0"),
        block("10.0.0.0/8"),
        block("10.244.0.0/16"),
        block("10.244.3.0/24"),
        block("169.254.169.254/32"),
        json!({"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}}),
        // The twin of the allowed one below, with one exception too few.
        json!({"ipBlock": {"cidr": "0.0.0.0/0", "except": PROTECTED[1..]}}),
    ]
}

fn narrow(ground: &Ground) -> Vec<Value> {
    let named = |name: &str| json!({"namespaceSelector": {"matchLabels": {NAME: name}}});
    vec![
        json!({"podSelector": {}}),
        named(&ground.name),
        json!({"namespaceSelector": {"matchExpressions": [
            {"key": NAME, "operator": "In", "values": [ground.name]}]},
            "podSelector": {"matchLabels": {"app": "a"}}}),
        // Whose it is only the webhook knows.
        named("kube-system"),
        json!({"ipBlock": {"cidr": "203.0.113.0/24"}}),
        json!({"ipBlock": {"cidr": "192.168.0.0/24"}}),
        json!({"ipBlock": {"cidr": "0.0.0.0/0", "except": PROTECTED}}),
        json!({"ipBlock": {"cidr": "2001:db8::/32"}}),
    ]
}

/// Both directions with one peer in a rule that has a harmless one as well.
fn rules(peer: &Value) -> [Value; 2] {
    let own = json!({"podSelector": {}});
    [
        json!({"ingress": [{"from": [own, peer]}]}),
        json!({"egress": [{"to": [own]}, {"to": [peer]}]}),
    ]
}

pub(super) async fn attack(ground: &Ground) -> Result<()> {
    let (alice, name) = (&ground.alice, ground.name.as_str());
    let widens = Reason::NetworkPolicyWidens;
    let everybody = [
        json!({"ingress": [{}]}),
        json!({"egress": [{}]}),
        json!({"ingress": [{"from": [], "ports": [{"port": 80}]}]}),
        json!({"egress": [{"to": [{"podSelector": {}}]}, {"ports": [{"port": 53}]}]}),
        // Asleep until somebody changes one word.
        json!({"policyTypes": ["Egress"], "ingress": [{}]}),
    ];
    let own = policy(name, &json!({"ingress": [{"from": [{"podSelector": {}}]}]}));
    allowed(alice.create(&own).await?, "one's own")?;
    for spec in everybody.into_iter().chain(wide().iter().flat_map(rules)) {
        let mut object = policy(name, &spec);
        refused(&alice.put(&path(&object), &object).await?, widens, &format!("PUT {spec}"))?;
        object["metadata"]["name"] = json!("floor-new");
        refused(&alice.create(&object).await?, widens, &format!("POST {spec}"))?;
        refused(&alice.apply(&object).await?, widens, &format!("apply {spec}"))?;
        let patch = json!({"spec": spec});
        let at = path(&own);
        refused(&alice.patch(&at, MERGE, &patch).await?, widens, &format!("patch {spec}"))?;
        object["metadata"]["namespace"] = json!(ground.free);
        allowed(alice.create(&object).await?, "nobody's namespace")?;
        allowed(alice.delete(&path(&object)).await?, "nobody's namespace")?;
    }
    for spec in narrow(ground).iter().flat_map(rules) {
        let mut object = policy(name, &spec);
        allowed(alice.put(&path(&object), &object).await?, &spec.to_string())?;
        object["metadata"]["name"] = json!("floor-new");
        allowed(alice.create_dry(&object).await?, &spec.to_string())?;
    }
    largest(ground).await?;

    // One that is wide from before may be labelled and narrowed, not widened.
    let mut adopted = policy(name, &json!({"ingress": [{}]}));
    adopted["metadata"]["name"] = json!("floor-adopted");
    allowed(ground.admin.create(&adopted).await?, "an administrator's")?;
    let label = json!({"metadata": {"labels": {"team": "a"}}});
    allowed(alice.patch(&path(&adopted), MERGE, &label).await?, "a label of one that is wide")?;
    let wider = json!({"spec": {"egress": [{}]}});
    refused(&alice.patch(&path(&adopted), MERGE, &wider).await?, widens, "wider still")?;
    let narrowed = json!({"spec": {"ingress": [{"from": [{"podSelector": {}}]}]}});
    allowed(alice.patch(&path(&adopted), MERGE, &narrowed).await?, "narrower")?;
    allowed(alice.delete(&path(&adopted)).await?, "and away")?;
    allowed(alice.delete(&path(&own)).await?, "and away")?;
    Ok(())
}

/// The largest that the webhook would still read costs the API server less than
/// what it allows a policy.
async fn largest(ground: &Ground) -> Result<()> {
    let block = |number: usize| {
        let (high, low) = (number / 256, number % 256);
        json!({"ipBlock": {"cidr": format!("203.{high}.{low}.0/24")}})
    };
    let excepted = || json!({"ipBlock": {"cidr": "0.0.0.0/0", "except": PROTECTED}});
    let named = || {
        json!({"namespaceSelector": {"matchExpressions": [
        {"key": "team", "operator": "Exists"},
        {"key": NAME, "operator": "In", "values": [ground.name]}]}})
    };
    for peers in [
        (0..1600).map(block).collect::<Vec<_>>(),
        (0..600).map(|_| excepted()).collect(),
        (0..450).map(|_| named()).collect(),
    ] {
        let count = peers.len();
        let object = policy(&ground.name, &json!({"egress": [{"to": peers}]}));
        let answer = ground.alice.put(&format!("{}?dryRun=All", path(&object)), &object).await?;
        allowed(answer, &format!("{count} peers"))?;
    }
    Ok(())
}
