//! Every example that must be refused is refused to everybody, by its own
//! reason, and every example that must be admitted is admitted.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use lessor::names::Reason;
use serde_json::Value;

use super::caller::{Answer, Caller, path};
use super::tenants::examples;
use super::world::{SOON, World, example};
use crate::eventually::eventually;
use crate::installation::example as file;
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.steady("denied_examples_are_denied", denied_examples_are_denied);
    suite.steady("allowed_examples_are_admitted", allowed_examples_are_admitted);
    suite.steady("kubectl_shows_the_reason", kubectl_shows_the_reason);
    suite.steady("refused_pods_of_a_workload", refused_pods_of_a_workload);
}

/// The API server drops fields that it does not know before anybody is asked.
const DROPPED: &str = "unknown-field.yaml";
/// What administrators may write: where they are told apart, which is for the
/// kinds that Lessor itself keeps in tenants' namespaces.
const ADMINISTRATORS: [(&str, &str); 2] =
    [("kind-not-allowed.yaml", "ResourceQuota"), ("replicated.yaml", "Secret")];
/// Kinds that the roles as shipped do not let a tenant's admin write at all.
const BEYOND_ROLES: [&str; 6] =
    ["Certificate", "Endpoints", "EndpointSlice", "ExternalSecret", "ResourceQuota", "Tenant"];
/// Kinds whose template is judged; the class of the examples warns.
const TEMPLATES: [&str; 6] =
    ["CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"];

/// A file below `examples/workloads`: its name, what it expects, its objects.
struct Example {
    name: String,
    expected: Vec<String>,
    objects: Vec<Value>,
}

fn workloads(folder: &str) -> Result<Vec<Example>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(file(&format!("workloads/{folder}")))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(entry.path())?;
        let first = text.lines().next().unwrap_or_default();
        let expected = first.strip_prefix("# expect: ").context("expects nothing")?;
        let expected = expected.split(", ").map(str::to_owned).collect();
        let objects = example(&format!("workloads/{folder}/{name}"))?;
        found.push(Example { name, expected, objects });
    }
    ensure!(!found.is_empty(), "no examples in {folder}");
    // As kubectl takes them: an account comes before the Pods that run as it.
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// The admin of the tenant that owns an example's namespace.
fn tenant_admin(world: &World, object: &Value) -> Option<Caller> {
    let tenant = object["metadata"]["namespace"].as_str()?.split('-').next()?.to_owned();
    let group = format!("oidc:{tenant}-admins");
    matches!(tenant.as_str(), "acme" | "globex")
        .then(|| world.admin.speaking_for("alice", &[&group]))
}

async fn denied_examples_are_denied(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    examples(&world).await?;
    for example in workloads("denied")? {
        let name = &example.name;
        for object in &example.objects {
            let kind = object["kind"].as_str().unwrap_or_default();
            let judge = |answer: &Answer, who: &str| {
                verdict(&example, kind, answer).with_context(|| format!("{name} {kind}, {who}"))
            };
            judge(&world.open.create_dry(object).await?, "RBAC open, dry run")?;
            let answer = world.open.create(object).await?;
            judge(&answer, "RBAC open")?;
            let stored = world.admin.get(&path(object)).await?;
            ensure!(stored.is_success() == answer.is_success(), "{name}: stored {}", stored.body);
            if answer.is_success() {
                world.admin.delete(&path(object)).await?.object()?;
            }
            let by_admin = world.admin.create_dry(object).await?;
            if ADMINISTRATORS.contains(&(name.as_str(), kind)) {
                by_admin.object().with_context(|| format!("{name} {kind}, administrator"))?;
            } else {
                judge(&by_admin, "administrator")?;
            }
            let member = tenant_admin(&world, object);
            let member = member.unwrap_or_else(|| world.admin.speaking_for("bob", &[]));
            let answer = member.create_dry(object).await?;
            if BEYOND_ROLES.contains(&kind) {
                answer.refused_by_rbac().with_context(|| format!("{name} {kind}"))?;
            } else {
                judge(&answer, "tenant admin")?;
            }
        }
    }
    Ok(())
}

/// Pods and all other objects are denied; a workload is admitted with a warning
/// that carries the reason, because the class says so.
fn verdict(example: &Example, kind: &str, answer: &Answer) -> Result<()> {
    if example.name == DROPPED {
        ensure!(answer.warnings.iter().any(|w| w.contains("unknown field")), "{answer:?}");
        return Ok(());
    }
    if TEMPLATES.contains(&kind) {
        ensure!(answer.is_success(), "{answer:?}");
        for reason in &example.expected {
            let told = |w: &String| w.contains("will be refused") && w.contains(reason.as_str());
            ensure!(answer.warnings.iter().any(told), "{reason}: {:?}", answer.warnings);
        }
        return Ok(());
    }
    let leading = example.expected.first().and_then(|name| Reason::from_name(name));
    let cause = answer.denied(leading.context("not a reason")?)?;
    let field = cause["field"].as_str().unwrap_or_default();
    ensure!(!field.is_empty(), "a denial names the field: {cause}");
    let expected: BTreeSet<String> = example.expected.iter().cloned().collect();
    ensure!(answer.reasons() == expected, "expected {expected:?}, got {answer:?}");
    Ok(())
}

async fn allowed_examples_are_admitted(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    examples(&world).await?;
    for example in workloads("allowed")? {
        for object in &example.objects {
            let kind = object["kind"].as_str().unwrap_or_default();
            let admitted = |answer: Answer, who: &str| {
                let refused = answer.warnings.iter().any(|w| w.contains("will be refused"));
                ensure!(!refused, "{who}: {:?}", answer.warnings);
                answer.object().with_context(|| format!("{} {kind}, {who}", example.name))
            };
            // Applied, so that the test can be repeated on the same control plane.
            if let Some(member) = tenant_admin(&world, object) {
                let answer = member.create_dry(object).await?;
                if BEYOND_ROLES.contains(&kind) {
                    answer.refused_by_rbac()?;
                } else {
                    admitted(answer, "tenant admin, dry run")?;
                }
            }
            let stored = admitted(world.open.create(object).await?, "RBAC open")?;
            ensure!(world.admin.get(&path(&stored)).await?.is_success(), "not stored: {stored}");
        }
    }
    Ok(())
}

async fn kubectl_shows_the_reason(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    examples(&world).await?;
    let apply = async |name: &str| {
        let file = file(name).display().to_string();
        let who = ["--as=alice", "--as-group=oidc:acme-admins"];
        let args = ["apply", "-f", &file, who[0], who[1], "--dry-run=server"];
        world.test.plane.kubectl(&args).await
    };
    let text = apply("workloads/denied/privileged.yaml").await?.failure()?;
    for part in [
        "Error from server (Forbidden)",
        "admission webhook \"pods.mutate.lessor.io\" denied the request",
        "PodSecurityViolation: pods/security",
        "must not set securityContext.privileged=true",
    ] {
        ensure!(text.contains(part), "no {part:?} in {text}");
    }
    let text = apply("workloads/denied/service-external-ip.yaml").await?.failure()?;
    ensure!(text.contains("ExternalIPForbidden") && text.contains("CVE-2020-8554"), "{text}");
    // kubectl asks for strict validation; the API server answers for itself.
    let text = apply("workloads/denied/unknown-field.yaml").await?.failure()?;
    ensure!(text.contains("hostEverything"), "{text}");
    let output = apply("workloads/denied/host-network.yaml").await?;
    ensure!(output.stderr.contains("Warning: Pods of this workload"), "{}", output.stderr);
    output.success()?;
    apply("workloads/allowed/configmap.yaml").await?.success()?;
    Ok(())
}

/// The workload was let through with a warning; its Pods are not.
async fn refused_pods_of_a_workload(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    world.plain_tenant().await?;
    let name = world.name.as_str();
    let mut object = super::world::workload("Deployment", name, "proxy", &Value::Null);
    object["spec"]["template"]["spec"]["hostNetwork"] = Value::Bool(true);
    let answer = world.member().create(&object).await?;
    ensure!(answer.warnings.iter().any(|w| w.contains("PodSecurityViolation")), "{answer:?}");
    answer.object()?;
    eventually(SOON, async || {
        let events = world.list(&format!("/api/v1/namespaces/{name}/events")).await?;
        let told = events.iter().any(|event| {
            event["reason"] == "FailedCreate"
                && event["message"].as_str().is_some_and(|m| m.contains("PodSecurityViolation"))
        });
        ensure!(told, "{} events", events.len());
        Ok(())
    })
    .await?;
    ensure!(world.list(&format!("/api/v1/namespaces/{name}/pods")).await?.is_empty());
    // In a class that enforces on templates the workload itself is refused.
    world.class(serde_json::json!({"podTemplates": "Deny"})).await?;
    world.tenant(serde_json::json!({"class": name})).await?;
    object["metadata"]["name"] = "other".into();
    eventually(SOON, async || {
        let answer = world.member().create_dry(&object).await?;
        answer.denied(Reason::PodSecurityViolation)?;
        Ok(())
    })
    .await
}
