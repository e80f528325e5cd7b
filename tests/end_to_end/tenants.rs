//! What a Tenant becomes: the examples, applied with stock kubectl.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::world::{SOON, World};
use crate::eventually::eventually;
use crate::installation::{SECRETS, example as file};
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.steady("examples_become_ready", examples_become_ready);
    suite.steady("a_tenant_owns_its_objects", a_tenant_owns_its_objects);
    suite.steady("people_work_with_kubectl", people_work_with_kubectl);
}

/// The three example tenants and the namespaces of each.
const TENANTS: [(&str, &[&str]); 3] = [
    ("acme", &["acme", "acme-dev"]),
    ("globex", &["globex-web", "globex-data", "globex-batch"]),
    ("initech", &["initech-front", "initech-back", "initech-jobs"]),
];

static EXAMPLES: OnceCell<()> = OnceCell::const_new();

/// Applies the example tenants once for all tests, as the README says.
pub(super) async fn examples(world: &World) -> Result<()> {
    let apply = async || {
        let plane = &world.test.plane;
        let secret = json!({"apiVersion": "v1", "kind": "Secret",
            "metadata": {"name": "registry-ca", "namespace": SECRETS},
            "stringData": {"ca.crt": "a certificate", "ca.key": "never granted"}});
        world.apply_all(&[secret]).await?;
        for group in ["cert-manager.io", "external-secrets.io"] {
            world.apply_all(&[foreign_kind(group)]).await?;
        }
        let namespace =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "monitoring"}});
        world.apply_all(&[namespace]).await?;
        for folder in ["classes", "tenants"] {
            let folder = file(folder).display().to_string();
            plane.kubectl(&["apply", "-f", &folder]).await?.success()?;
        }
        let all = ["acme", "globex", "initech"].map(|name| format!("tenant/{name}"));
        let wait = ["wait", "--for=condition=Ready", "--timeout=30s"];
        let args: Vec<&str> = wait.into_iter().chain(all.iter().map(String::as_str)).collect();
        plane.kubectl(&args).await?.success()?;
        anyhow::Ok(())
    };
    EXAMPLES.get_or_try_init(apply).await?;
    Ok(())
}

/// A kind of somebody else's that the examples use.
fn foreign_kind(group: &str) -> Value {
    let (kind, plural) = match group {
        "cert-manager.io" => ("Certificate", "certificates"),
        _ => ("ExternalSecret", "externalsecrets"),
    };
    json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {"group": group, "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase()},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {
                "openAPIV3Schema": {"type": "object",
                    "x-kubernetes-preserve-unknown-fields": true}}}]}})
}

async fn examples_become_ready(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    examples(&world).await?;
    for (tenant, namespaces) in TENANTS {
        let stored = world.lessor.ready(tenant, SOON).await?;
        ensure!(stored["status"]["readyNamespaces"] == namespaces.len(), "{}", stored["status"]);
        let level = if tenant == "globex" { "baseline" } else { "restricted" };
        for name in namespaces {
            namespace_is_complete(&world, &stored, name, level).await.context(*name)?;
        }
    }
    for (namespace, number) in [("acme", 3), ("globex-web", 5), ("initech-jobs", 3)] {
        let policies = policies(&world, namespace).await?;
        ensure!(policies.len() == number, "{namespace}: {:?}", policies.keys());
    }
    let web = policies(&world, "globex-web").await?;
    let gateway = web.iter().find(|(name, _)| name.starts_with("lessor-ingress-"));
    let (_, gateway) = gateway.context("no policy for the gateway")?;
    let from = &gateway["spec"]["ingress"][0];
    ensure!(from["ports"][0]["port"] == 8080, "{from}");
    // Namespace and Pods in one element: two would be alternatives.
    ensure!(from["from"].as_array().is_some_and(|from| from.len() == 1), "{from}");
    ensure!(from["from"][0]["podSelector"]["matchLabels"].is_object(), "{from}");
    quota_is_divided(&world).await?;
    for namespace in ["acme", "acme-dev"] {
        let at = format!("/api/v1/namespaces/{namespace}/secrets/registry-ca");
        let copy = world.stored(&at).await?;
        let keys: Vec<&String> = copy["data"].as_object().context("no data")?.keys().collect();
        ensure!(keys == ["ca.crt"], "exactly the granted keys: {keys:?}");
        ensure!(copy["metadata"]["labels"]["lessor.io/managed"] == "true", "{copy}");
    }
    columns_read_well(&world).await
}

async fn namespace_is_complete(
    world: &World,
    tenant: &Value,
    name: &str,
    level: &str,
) -> Result<()> {
    let namespace = world.stored(&format!("/api/v1/namespaces/{name}")).await?;
    let labels = &namespace["metadata"]["labels"];
    ensure!(labels["lessor.io/tenant"] == tenant["metadata"]["name"], "{labels}");
    ensure!(labels["lessor.io/tenant-uid"] == tenant["metadata"]["uid"], "{labels}");
    for mode in ["enforce", "warn", "audit"] {
        ensure!(labels[format!("pod-security.kubernetes.io/{mode}")] == level, "{labels}");
        let version = &labels[format!("pod-security.kubernetes.io/{mode}-version")];
        ensure!(version == "latest", "{labels}");
    }
    ensure!(namespace["metadata"]["ownerReferences"].is_null(), "a Namespace has no owner");
    let policies = policies(world, name).await?;
    let deny = policies.get("lessor-default-deny").context("no default-deny")?;
    ensure!(
        deny["spec"] == json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}),
        "{deny}"
    );
    for policy in ["lessor-intra", "lessor-dns"] {
        ensure!(policies.contains_key(policy), "{name} has no {policy}: {:?}", policies.keys());
    }
    for policy in policies.values() {
        let both = json!(["Ingress", "Egress"]);
        ensure!(policy["spec"]["policyTypes"] == both, "{policy}");
    }
    let root = format!("/api/v1/namespaces/{name}");
    let limits = world.stored(&format!("{root}/limitranges/lessor-limits")).await?;
    ensure!(limits["spec"]["limits"][0]["defaultRequest"]["cpu"] == "50m", "{limits}");
    let account = world.stored(&format!("{root}/serviceaccounts/default")).await?;
    ensure!(account["automountServiceAccountToken"] == false, "{account}");
    let bindings = format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{name}/rolebindings");
    let bindings = world.list(&format!("{bindings}?labelSelector=lessor.io%2Fmanaged")).await?;
    let members = tenant["spec"]["members"].as_array().map_or(0, Vec::len);
    let subjects: usize =
        bindings.iter().filter_map(|b| b["subjects"].as_array()).map(Vec::len).sum();
    ensure!(subjects == members, "{members} members: {bindings:?}");
    Ok(())
}

async fn policies(world: &World, namespace: &str) -> Result<BTreeMap<String, Value>> {
    let path = format!("/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies");
    let policies = world.list(&path).await?.into_iter();
    let named = |policy: Value| Some((policy["metadata"]["name"].as_str()?.to_owned(), policy));
    Ok(policies.filter_map(named).filter(|(name, _)| name.starts_with("lessor-")).collect())
}

/// Parts 3:2:1 of 12 CPUs and 120 Pods; together never more than the whole.
async fn quota_is_divided(world: &World) -> Result<()> {
    for (namespace, cpu, pods) in
        [("globex-web", "6", "60"), ("globex-data", "4", "40"), ("globex-batch", "2", "20")]
    {
        let path = format!("/api/v1/namespaces/{namespace}/resourcequotas/lessor-quota");
        let hard = world.stored(&path).await?["spec"]["hard"].clone();
        ensure!(hard["requests.cpu"] == cpu && hard["pods"] == pods, "{namespace}: {hard}");
    }
    let mut whole = 0;
    for namespace in ["initech-front", "initech-back", "initech-jobs"] {
        let path = format!("/api/v1/namespaces/{namespace}/resourcequotas/lessor-quota");
        let hard = world.stored(&path).await?["spec"]["hard"].clone();
        ensure!(hard["pods"] == "66", "a third of 200, rounded down: {hard}");
        whole += hard["pods"].as_str().unwrap_or_default().parse::<u32>()?;
    }
    ensure!(whole <= 200, "{whole}");
    Ok(())
}

async fn columns_read_well(world: &World) -> Result<()> {
    let table = world.test.plane.kubectl(&["get", "tenants", "acme", "globex", "initech"]).await?;
    let table = table.success()?;
    let rows: Vec<Vec<&str>> = table.lines().map(|row| row.split_whitespace().collect()).collect();
    ensure!(rows[0] == ["NAME", "CLASS", "READY", "ISOLATED", "NAMESPACES", "AGE"], "{table}");
    ensure!(rows[1][..5] == ["acme", "standard", "True", "True", "2"], "{table}");
    ensure!(rows[2][..5] == ["globex", "standard", "True", "True", "3"], "{table}");
    ensure!(rows[3][..5] == ["initech", "default", "True", "True", "3"], "{table}");
    let wide = world.test.plane.kubectl(&["get", "tn", "acme", "-o", "wide"]).await?.success()?;
    ensure!(wide.contains("REASON"), "{wide}");
    Ok(())
}

async fn a_tenant_owns_its_objects(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let name = &world.name;
    let tenant = world.plain_tenant().await?;
    for condition in ["Ready", "NamespacesReady", "Isolated", "AccessSynced", "SecretsSynced"] {
        let conditions = tenant["status"]["conditions"].as_array().context("no conditions")?;
        let found = conditions.iter().find(|found| found["type"] == condition);
        ensure!(found.is_some_and(|found| found["status"] == "True"), "{condition}: {found:?}");
    }
    let namespace = world.stored(&format!("/api/v1/namespaces/{name}")).await?;
    let recorded = &tenant["status"]["namespaces"][0];
    ensure!(recorded["uid"] == namespace["metadata"]["uid"], "{recorded}");
    ensure!(recorded["isolated"] == true && recorded["ready"] == true, "{recorded}");
    // Isolation is older than everything a tenant could have made.
    let path = format!("/apis/networking.k8s.io/v1/namespaces/{name}/networkpolicies");
    let deny = world.stored(&format!("{path}/lessor-default-deny")).await?;
    ensure!(deny["metadata"]["labels"]["lessor.io/tenant"] == name.as_str(), "{deny}");
    Ok(())
}

/// A member with a certificate of its own and nothing but kubectl.
async fn people_work_with_kubectl(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let (name, group) = (world.name.as_str(), world.group());
    let members = format!("[{{role: edit, kind: Group, name: \"{group}\"}}]");
    let yaml = format!(
        "apiVersion: lessor.io/v1\nkind: Tenant\nmetadata: {{name: {name}}}\nspec: {{members: {members}}}\n"
    );
    world.lessor.apply(&yaml).await?;
    world.lessor.ready(name, SOON).await?;
    let alice = world.lessor.person("alice", &group)?;
    let kubectl = async |args: &[&str]| {
        let args: Vec<&str> = ["-n", name].into_iter().chain(args.iter().copied()).collect();
        world.test.plane.kubectl_as(&alice, &args).await
    };
    eventually(SOON, async || {
        let image = "--image=registry.example.com/web:1";
        kubectl(&["create", "deployment", "web", image, "--replicas=2"]).await?.success()
    })
    .await?;
    let deployment = world.lessor.stored(name, "deployment/web").await?;
    ensure!(deployment["metadata"]["labels"]["lessor.io/tenant"] == name, "{deployment}");
    let pods = eventually(SOON, async || {
        let pods = kubectl(&["get", "pods", "-o", "name"]).await?.success()?;
        let pods: Vec<String> = pods.lines().map(str::to_owned).collect();
        ensure!(pods.len() == 2, "{pods:?}");
        Ok(pods)
    })
    .await?;
    // Debugging a Pod is allowed by the class, with a container like any other.
    let image = "--image=registry.example.com/tools:1";
    let debug = ["debug", &pods[0], image, "--attach=false"];
    let refused = kubectl(&[&debug[..], &["--profile=general"]].concat()).await?.failure()?;
    ensure!(
        refused.contains("PodSecurityViolation") && refused.contains("SYS_PTRACE"),
        "{refused}"
    );
    kubectl(&[&debug[..], &["--profile=restricted"]].concat()).await?.success()?;
    kubectl(&["scale", "deployment", "web", "--replicas=1"]).await?.success()?;
    kubectl(&["rollout", "restart", "deployment", "web"]).await?.success()?;
    let refused =
        kubectl(&["label", "deployment", "web", "lessor.io/tenant=globex", "--overwrite"]);
    let refused = refused.await?.failure()?;
    ensure!(refused.contains("TenantIdentityMismatch"), "{refused}");
    let refused = kubectl(&["delete", "networkpolicies", "--all"]).await?.failure()?;
    ensure!(refused.contains("cannot delete"), "RBAC answers: {refused}");
    Ok(())
}
