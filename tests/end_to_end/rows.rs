//! Every row of the rule table reaches Lessor through the real API server: a
//! denial where the row has one to give, else the API server's own note that
//! the webhook was asked.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail, ensure};
use lessor::names::Reason;
use lessor::rules::{Phase, Variant, entries};
use serde_json::{Value, json};

use super::caller::{Answer, MERGE, STRATEGIC, path};
use super::world::{SOON, World, config_map, pod, workload};
use crate::eventually::eventually;
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.steady("every_row_denies", every_row_denies);
}

/// Rows whose resources this API server does not serve, or whose status strategy
/// drops metadata, so that nothing arrives that could be refused.
const SILENT: [&str; 3] =
    ["objects-status-claims", "objects-status-certificates", "objects-status-scheduling"];
/// Validating rows that a denial of the mutating webhook for the same request
/// always precedes; the audit log shows that they are asked.
const ASKED: [&str; 2] = ["pods", "objects"];

/// The answer to one request for a row, by row.
type Answers = BTreeMap<&'static str, Answer>;

async fn every_row_denies(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    prepare(&world).await?;
    let mut answers = Answers::new();
    writes(&world, &mut answers).await?;
    managed(&world, &mut answers).await?;
    streams(&world, &mut answers).await?;
    statuses(&world, &mut answers).await?;
    cluster(&world, &mut answers).await?;
    suspended(&world, &mut answers).await?;
    asked(&world).await?;
    let mut wrong = Vec::new();
    let mut known = BTreeSet::new();
    for entry in entries() {
        for row in entry.rows {
            known.insert(row.id);
            if SILENT.contains(&row.id) || ASKED.contains(&row.id) {
                continue;
            }
            let Some(answer) = answers.get(row.id) else {
                wrong.push(format!("{}: no request", row.id));
                continue;
            };
            let name = entry.webhook_name(entry.variants()[0]);
            let message = answer.body["message"].as_str().unwrap_or_default();
            let refused = format!("admission webhook \"{name}\" denied the request");
            if !message.contains(&refused) || answer.reasons().is_empty() {
                wrong.push(format!("{}: not refused by {name}: {answer:?}", row.id));
            }
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unknown: Vec<_> = answers.keys().filter(|id| !known.contains(*id)).collect();
    ensure!(unknown.is_empty(), "no such rows: {unknown:?}");
    Ok(())
}

async fn prepare(world: &World) -> Result<()> {
    let source = world.source(json!({"a": "1"})).await?;
    world
        .class(json!({"secrets": [{"name": source, "keys": ["a"]}], "quota": {"pods": "50"},
            "limits": {"default": {"memory": "64Mi"}}, "serviceTypes": ["LoadBalancer"],
            "storageClasses": ["standard"]}))
        .await?;
    world.tenant(spec(world, false)).await?;
    let name = world.name.as_str();
    for object in [
        pod(name, "app"),
        workload("Deployment", name, "web", &json!({"replicas": 0})),
        core(
            world,
            "Service",
            &json!({"type": "LoadBalancer", "selector": {"a": "b"},
            "ports": [{"port": 80}]}),
        ),
        core(
            world,
            "ReplicationController",
            &json!({"replicas": 0, "selector": {"a": "b"},
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [
                {"name": "a", "image": "i"}]}}}),
        ),
        core(
            world,
            "PersistentVolumeClaim",
            &json!({"storageClassName": "standard",
            "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}),
        ),
        of(
            world,
            "batch/v1",
            "Job",
            &json!({"suspend": true, "template": {"spec": {
            "restartPolicy": "Never", "containers": [{"name": "a", "image": "i"}]}}}),
        ),
        of(
            world,
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            &json!({"maxReplicas": 2,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}),
        ),
        of(
            world,
            "networking.k8s.io/v1",
            "Ingress",
            &json!({"rules": [{"host": "x.example.com", "http": {"paths": [{"path": "/",
                "pathType": "Prefix", "backend": {"service": {"name": "x", "port": {"number": 80}}}}]}}]}),
        ),
        of(
            world,
            "policy/v1",
            "PodDisruptionBudget",
            &json!({"minAvailable": 1, "selector": {"matchLabels": {"a": "b"}}}),
        ),
    ] {
        world.open.create(&object).await?.object().with_context(|| object.to_string())?;
    }
    Ok(())
}

fn spec(world: &World, suspended: bool) -> Value {
    json!({"class": world.name, "suspended": suspended,
        "secrets": [{"name": "db", "from": {"secret": world.name}}]})
}

fn core(world: &World, kind: &str, spec: &Value) -> Value {
    of(world, "v1", kind, spec)
}

fn of(world: &World, version: &str, kind: &str, spec: &Value) -> Value {
    json!({"apiVersion": version, "kind": kind,
        "metadata": {"name": "x", "namespace": world.name}, "spec": spec})
}

/// What the mutating webhooks refuse.
async fn writes(world: &World, answers: &mut Answers) -> Result<()> {
    let (name, open) = (world.name.as_str(), &world.open);
    let mut stolen = pod(name, "stolen");
    stolen["metadata"]["labels"] = json!({"lessor.io/tenant": "globex"});
    answers.insert("mutate-pods", open.create(&stolen).await?);
    let debug = json!({"spec": {"ephemeralContainers": [{"name": "d", "image": "i"}]}});
    let at = format!("{}/ephemeralcontainers", path(&pod(name, "app")));
    answers.insert("mutate-pods-subresources", open.patch(&at, STRATEGIC, &debug).await?);
    let token = json!({"apiVersion": "v1", "kind": "Secret", "type":
        "kubernetes.io/service-account-token", "metadata": {"name": "t", "namespace": name,
        "annotations": {"kubernetes.io/service-account.name": "default"}}});
    answers.insert("mutate-managed-core", open.create(&token).await?);
    let wide = of(
        world,
        "networking.k8s.io/v1",
        "NetworkPolicy",
        &json!({"podSelector": {}, "ingress": [{}]}),
    );
    answers.insert("mutate-managed-network", open.create(&wide).await?);
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
        "metadata": {"name": "r", "namespace": name},
        "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]});
    answers.insert("mutate-managed-rbac", open.create(&role).await?);
    answers.insert("mutate-objects", open.create(&config_map(name, "lessor-x")).await?);
    Ok(())
}

/// Deletes are seen by the validating webhooks alone.
async fn managed(world: &World, answers: &mut Answers) -> Result<()> {
    let (name, open) = (world.name.as_str(), &world.open);
    let root = format!("/api/v1/namespaces/{name}");
    answers.insert("managed-core", open.delete(&format!("{root}/secrets/db")).await?);
    let network = format!("/apis/networking.k8s.io/v1/namespaces/{name}/networkpolicies");
    answers.insert("managed-network", open.delete(&format!("{network}/lessor-dns")).await?);
    let rbac = format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{name}/rolebindings");
    let binding = lessor::provision::binding_name("lessor-tenant-admin");
    answers.insert("managed-rbac", open.delete(&format!("{rbac}/{binding}")).await?);
    let used = json!({"status": {"used": {"pods": "0"}, "hard": {"pods": "999"}}});
    let at = format!("{root}/resourcequotas/lessor-quota/status");
    answers.insert("managed-quota-status", open.patch(&at, MERGE, &used).await?);
    let token = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
        "spec": {"audiences": ["elsewhere"]}});
    let at = format!("{root}/serviceaccounts/default/token");
    answers.insert("managed-token", open.post(&at, &token).await?);
    Ok(())
}

async fn streams(world: &World, answers: &mut Answers) -> Result<()> {
    let open = &world.open;
    let app = path(&pod(&world.name, "app"));
    let status = json!({"metadata": {"labels": {"lessor.io/tenant": "globex"}}});
    let at = format!("{app}/status");
    answers.insert("pods-subresources", open.patch(&at, MERGE, &status).await?);
    let binding = json!({"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "app"},
        "target": {"kind": "Node", "name": "n"}});
    answers.insert("pods-binding", open.post(&format!("{app}/binding"), &binding).await?);
    let exec = format!("{app}/exec?command=id&stdout=true");
    answers.insert("pods-connect", open.send("POST", &exec, "", &Value::Null).await?);
    let proxy = format!("/api/v1/namespaces/{}/services/x/proxy/", world.name);
    answers.insert("objects-connect", open.get(&proxy).await?);
    let status = json!({"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}}});
    let at = format!("/api/v1/namespaces/{}/services/x/status", world.name);
    answers.insert("objects-services-status", open.patch(&at, MERGE, &status).await?);
    Ok(())
}

/// By the status an annotation of Lessor's is written; nobody else may.
async fn statuses(world: &World, answers: &mut Answers) -> Result<()> {
    let forged = json!({"metadata": {"annotations": {"lessor.io/forged": "x"}}});
    let name = world.name.as_str();
    for (row, at) in [
        ("objects-status-core", format!("/api/v1/namespaces/{name}/persistentvolumeclaims/x")),
        ("objects-status-core", format!("/api/v1/namespaces/{name}/replicationcontrollers/x")),
        ("objects-status-apps", format!("/apis/apps/v1/namespaces/{name}/deployments/web")),
        ("objects-status-batch", format!("/apis/batch/v1/namespaces/{name}/jobs/x")),
        (
            "objects-status-autoscaling",
            format!("/apis/autoscaling/v2/namespaces/{name}/horizontalpodautoscalers/x"),
        ),
        (
            "objects-status-network",
            format!("/apis/networking.k8s.io/v1/namespaces/{name}/ingresses/x"),
        ),
        (
            "objects-status-policy",
            format!("/apis/policy/v1/namespaces/{name}/poddisruptionbudgets/x"),
        ),
    ] {
        let answer = world.open.patch(&format!("{at}/status"), MERGE, &forged).await?;
        let field = "metadata.annotations[lessor.io/forged]";
        answer.denied_at(Reason::ReservedKeyForbidden, field).with_context(|| at)?;
        answers.insert(row, answer);
    }
    Ok(())
}

async fn cluster(world: &World, answers: &mut Answers) -> Result<()> {
    let (name, open) = (world.name.as_str(), &world.open);
    let namespace = format!("/api/v1/namespaces/{name}");
    answers.insert("namespaces", open.delete(&namespace).await?);
    let mut tenant = world.tenant_object(json!({"namespaces": ["kube-system"]}));
    tenant["metadata"]["name"] = json!(format!("{name}-x"));
    answers.insert("tenancy", open.create(&tenant).await?);
    let at = format!("/apis/lessor.io/v1/tenants/{name}/status");
    let status = json!({"status": {"readyNamespaces": 7}});
    answers.insert("tenancy-status", open.patch(&at, MERGE, &status).await?);
    policies(world, answers).await?;
    let volume = json!({"apiVersion": "v1", "kind": "PersistentVolume",
        "metadata": {"name": name, "labels": {"lessor.io/tenant": "globex"}},
        "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"],
            "csi": {"driver": "example.com", "volumeHandle": "v"},
            "claimRef": {"namespace": name, "name": "x"}}});
    answers.insert("volumes", open.create(&volume).await?);
    Ok(())
}

/// A path that only the webhook reads, a status that is not theirs to write, and
/// an exemption by nobody in particular.
async fn policies(world: &World, answers: &mut Answers) -> Result<()> {
    let (name, open) = (world.name.as_str(), &world.open);
    let own = |kind: &str, spec: Value| {
        json!({"apiVersion": "lessor.io/v1alpha1", "kind": kind, "metadata": {"name": name},
            "spec": spec})
    };
    let policy = |path: &str| {
        own(
            "Policy",
            json!({"rego": "package p\n", "enforcement": "audit",
                "match": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}], "tenants": {"names": [name]}},
                "inventory": {"kinds": [{"version": "v1", "kind": "Pod"}],
                    "indexes": [{"kind": "Pod", "path": path, "as": "names"}]}}),
        )
    };
    answers.insert("policies", open.create(&policy("metadata..name")).await?);
    let right = policy("metadata.name");
    open.create(&right).await?.object()?;
    let status = json!({"status": {"enforced": "9/9"}});
    let at = format!("{}/status", path(&right));
    answers.insert("policies-status", open.patch(&at, MERGE, &status).await?);
    let exemption = own(
        "Exemption",
        json!({"policy": name, "tenant": name, "reason": "because", "expires": "2099-01-01T00:00:00Z"}),
    );
    let refused = open.create(&exemption).await?;
    refused.denied_at(Reason::ExemptionForbidden, "spec")?;
    answers.insert("exemptions", refused);
    world.admin.create(&exemption).await?.object()?;
    // Taking away asks nobody.
    for object in [&exemption, &right] {
        open.delete(&path(object)).await?.object()?;
    }
    Ok(())
}

async fn suspended(world: &World, answers: &mut Answers) -> Result<()> {
    world.tenant(spec(world, true)).await?;
    let name = world.name.as_str();
    let up = json!({"spec": {"replicas": 1}});
    for (row, at) in [
        ("objects-scale-core", format!("/api/v1/namespaces/{name}/replicationcontrollers/x/scale")),
        ("objects-scale-apps", format!("/apis/apps/v1/namespaces/{name}/deployments/web/scale")),
    ] {
        let answer = world.open.patch(&at, MERGE, &up).await?;
        answer.denied_at(Reason::TenantSuspended, "spec.replicas")?;
        answers.insert(row, answer);
    }
    Ok(())
}

/// An ordinary object goes through both phases on CREATE and is seen on DELETE.
async fn asked(world: &World) -> Result<()> {
    let settings = config_map(&world.name, "asked");
    world.open.create(&settings).await?.object()?;
    world.open.delete(&path(&settings)).await?.object()?;
    world.open.delete(&path(&pod(&world.name, "app"))).await?.object()?;
    let log = world.test.plane.log("audit");
    for (id, verb) in [("objects", "create"), ("objects", "delete"), ("pods", "delete")] {
        let entry = entries().find(|e| e.id == id && e.phase == Phase::Validating);
        let Some(entry) = entry else { bail!("no entry {id}") };
        let note = format!("{}/decision", entry.webhook_name(Variant::Everyone));
        eventually(SOON, async || {
            let text = std::fs::read_to_string(&log)?;
            let mut events =
                text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let found = events.any(|event| {
                event["verb"] == verb
                    && event["objectRef"]["namespace"] == world.name.as_str()
                    && event["annotations"][&note] == "allow"
            });
            ensure!(found, "nobody noted {note} on {verb}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}
