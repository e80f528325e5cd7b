//! Policies and Exemptions: what the API server itself refuses, and that what is
//! right is stored as it was written.

use anyhow::{Context as _, Result, ensure};
use lessor::names::Reason;
use serde_json::{Value, json};

use super::caller::path;
use super::errors::by_schema;
use super::world::World;
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.steady("schema_refuses_policies_by_field", schema_refuses_policies_by_field);
    suite.steady("a_policy_is_stored_as_written", a_policy_is_stored_as_written);
}

fn own(world: &World, kind: &str, spec: &Value) -> Value {
    json!({"apiVersion": "lessor.io/v1alpha1", "kind": kind, "metadata": {"name": world.name},
        "spec": spec})
}

/// The least that a Policy needs, with the value at a JSON pointer set.
fn policy(world: &World, pointer: &str, value: Value) -> Value {
    let spec = json!({"rego": "package p\n", "enforcement": "audit",
        "match": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}],
            "tenants": {"names": [world.name]}}});
    let mut policy = own(world, "Policy", &spec);
    let (parent, last) = pointer.rsplit_once('/').unwrap_or_default();
    policy["spec"].pointer_mut(parent).unwrap()[last] = value;
    policy
}

async fn schema_refuses_policies_by_field(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let pod = json!({"apiVersion": "v1", "kind": "Pod"});
    let case = |name: &str| json!({"name": name, "object": pod, "expect": {"verdict": "allow"}});
    for (pointer, value, field) in [
        ("/rego", json!(""), "spec.rego"),
        ("/rego", json!("a".repeat(140_000)), "spec.rego"),
        ("/libs", json!(["a".repeat(131_072), "a".repeat(131_072)]), "spec.rego"),
        ("/enforcement", json!("forbid"), "spec.enforcement"),
        ("/regoVersion", json!("v2"), "spec.regoVersion"),
        ("/match/kinds", json!([]), "spec.match.kinds"),
        ("/match/kinds/0/kinds", json!(["*", "Pod"]), "spec.match.kinds[0].kinds"),
        ("/match/operations", json!(["READ"]), "spec.match.operations[0]"),
        ("/match/namespaces", json!(["a*b"]), "spec.match.namespaces[0]"),
        ("/budget", json!({"instructions": 999}), "spec.budget.instructions"),
        ("/budget", json!({"milliseconds": 1_001}), "spec.budget.milliseconds"),
        (
            "/inventory",
            json!({"indexes": [{"kind": "Pod", "path": "a", "as": "b"}]}),
            "spec.inventory.indexes",
        ),
        ("/cases", json!([{"name": "n", "expect": {"verdict": "allow"}}]), "spec.cases[0]"),
        ("/cases", json!([case("n"), case("n")]), "spec.cases[1]"),
        (
            "/cases",
            json!([{"name": "n", "object": pod, "expect": {}}]),
            "spec.cases[0].expect.verdict",
        ),
    ] {
        let policy = policy(&world, pointer, value);
        by_schema(&world.admin.create(&policy).await?, field).context(pointer)?;
    }
    let mut deletes = policy(&world, "/mutation", json!({}));
    deletes["spec"]["match"]["operations"] = json!(["DELETE"]);
    by_schema(&world.admin.create(&deletes).await?, "spec.mutation")?;
    for (field, value) in [
        ("policy", json!("pods/security")),
        ("reason", json!("")),
        ("expires", json!("2027-03-31")),
        ("tenant", json!("")),
    ] {
        let mut spec = json!({"policy": "p", "tenant": "t", "reason": "r",
            "expires": "2027-03-31T00:00:00Z"});
        spec[field] = value;
        let exemption = own(&world, "Exemption", &spec);
        by_schema(&world.admin.create(&exemption).await?, &format!("spec.{field}"))?;
    }
    Ok(())
}

async fn a_policy_is_stored_as_written(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let free = json!({"apiVersion": "v1", "kind": "Pod", "spec": {"nobody": {"knows": ["this"]}}});
    let mut policy = policy(&world, "/parameters", json!({"registries": ["quay.io"]}));
    policy["spec"]["parametersSchema"] = json!({"type": "object", "properties": {
        "registries": {"type": "array", "items": {"type": "string"}},
        "max": {"type": "integer", "default": 3}}});
    policy["spec"]["mutation"] = json!({});
    policy["spec"]["cases"] = json!([
        {"name": "a", "object": free, "inventory": [free], "tenant": {"parameters": free},
            "expect": {"verdict": "deny"}},
        {"name": "b", "review": {"kind": {"kind": "Pod"}, "object": free},
            "expect": {"verdict": "allow", "patch": [{"op": "add", "path": "/a", "value": free}]}}]);
    let stored = world.open.create(&policy).await?.object()?;
    for pointer in [
        "/spec/parameters",
        "/spec/parametersSchema",
        "/spec/cases/0/object",
        "/spec/cases/0/inventory",
        "/spec/cases/0/tenant/parameters",
        "/spec/cases/1/review",
        "/spec/cases/1/expect",
    ] {
        ensure!(stored.pointer(pointer) == policy.pointer(pointer), "{pointer}: {stored:#}");
    }
    for (pointer, default) in [
        ("/spec/strictBuiltinErrors", json!(true)),
        ("/spec/regoVersion", json!("v1")),
        ("/spec/match/operations", json!(["CREATE", "UPDATE"])),
        ("/spec/budget", json!({"instructions": 1_000_000, "milliseconds": 50})),
        ("/spec/mutation/order", json!(100)),
        ("/spec/cases/0/operation", json!("CREATE")),
    ] {
        ensure!(stored.pointer(pointer) == Some(&default), "{pointer}: {stored:#}");
    }
    // What the schema cannot say, the webhook does.
    let mut wrong = stored.clone();
    wrong["spec"]["parameters"] = json!({"max": "three"});
    let answer = world.open.put(&path(&policy), &wrong).await?;
    answer.denied_at(Reason::Invalid, "spec.parameters.max")?;
    world.open.delete(&path(&policy)).await?.object()?;
    Ok(())
}
