//! What is stored: Pods are completed, templates are left as they were written.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::caller::path;
use super::world::{SOON, World, config_map, pod, workload};
use crate::eventually::eventually;
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.steady("a_bare_pod_is_completed", a_bare_pod_is_completed);
    suite.steady("pods_of_workloads_are_completed", pods_of_workloads_are_completed);
    suite.steady("explicit_values_are_kept", explicit_values_are_kept);
    suite.steady("objects_carry_the_identity", objects_carry_the_identity);
}

const MOUNT: &str = "/var/run/secrets/lessor/ca";

/// A tenant in a class that sets everything a class can set on a Pod.
async fn rich(world: &World) -> Result<()> {
    let name = world.name.as_str();
    let source = world.source(json!({"ca.crt": "a certificate", "ca.key": "secret"})).await?;
    world.apply_all(&[runtime_class(name)]).await?;
    world
        .class(json!({
            "nodePools": [{"name": "gold", "nodeSelector": {"example.com/pool": "gold"},
                "tolerations": [{"key": "example.com/pool", "operator": "Equal",
                    "value": "gold", "effect": "NoSchedule"}]}],
            "runtimeClasses": [name],
            "defaultRuntimeClass": name,
            "defaultNodePool": "gold",
            "podLabels": {"example.com/cost-centre": "4711"},
            "secrets": [{"name": source, "keys": ["ca.crt"]}],
            "limits": {"default": {"memory": "64Mi"}, "defaultRequest": {"cpu": "10m"}},
        }))
        .await?;
    let secrets = json!([{"name": "ca", "from": {"secret": source}, "mounts": [{
        "selector": {"matchLabels": {"app": "api"}}, "path": MOUNT, "defaultMode": 0o440}]}]);
    world.tenant(json!({"class": name, "secrets": secrets})).await?;
    Ok(())
}

fn runtime_class(name: &str) -> Value {
    json!({"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": name},
        "handler": "runsc"})
}

/// Everything that every Pod of the rich tenant must have when it is stored.
fn is_complete(world: &World, pod: &Value, with_secret: bool) -> Result<()> {
    let spec = &pod["spec"];
    let labels = &pod["metadata"]["labels"];
    ensure!(labels["lessor.io/tenant"] == world.name.as_str(), "{labels}");
    ensure!(labels["example.com/cost-centre"] == "4711", "{labels}");
    ensure!(spec["nodeSelector"]["example.com/pool"] == "gold", "{}", spec["nodeSelector"]);
    let tolerations = spec["tolerations"].as_array().context("no tolerations")?;
    let pool = tolerations.iter().filter(|t| t["key"] == "example.com/pool").count();
    ensure!(pool == 1, "{tolerations:?}");
    ensure!(spec["runtimeClassName"] == world.name.as_str(), "{}", spec["runtimeClassName"]);
    let security = &spec["securityContext"];
    ensure!(security["seccompProfile"]["type"] == "RuntimeDefault", "{security}");
    ensure!(security["runAsNonRoot"] == true, "{security}");
    let volumes = spec["volumes"].as_array().cloned().unwrap_or_default();
    let tokens = volumes.iter().filter(|volume| volume["projected"].is_object()).count();
    ensure!(tokens == 0, "a token volume is stored: {volumes:?}");
    let expected = json!({"name": "lessor-secret-ca-", "secretName": "ca", "defaultMode": 0o440});
    let secret = volumes.iter().find(|volume| volume["secret"]["secretName"] == "ca");
    if with_secret {
        let secret = secret.context("no volume of the secret")?;
        ensure!(secret["secret"]["defaultMode"] == expected["defaultMode"], "{secret}");
        ensure!(
            secret["secret"]["items"] == json!([{"key": "ca.crt", "path": "ca.crt"}]),
            "{secret}"
        );
    } else {
        ensure!(secret.is_none(), "{secret:?}");
    }
    let lists = ["initContainers", "containers"].map(|list| spec[list].as_array());
    for container in lists.into_iter().flatten().flatten() {
        let security = &container["securityContext"];
        ensure!(security["allowPrivilegeEscalation"] == false, "{container}");
        ensure!(security["capabilities"]["drop"] == json!(["ALL"]), "{container}");
        ensure!(container["imagePullPolicy"] == "Always", "{container}");
        let mounts = container["volumeMounts"].as_array().cloned().unwrap_or_default();
        let mounted = mounts.iter().filter(|m| m["mountPath"] == MOUNT && m["readOnly"] == true);
        ensure!(mounted.count() == usize::from(with_secret), "{container}");
        let token = "/var/run/secrets/kubernetes.io/serviceaccount";
        ensure!(mounts.iter().all(|mount| mount["mountPath"] != token), "{container}");
    }
    Ok(())
}

async fn a_bare_pod_is_completed(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    rich(&world).await?;
    let mut api = pod(&world.name, "api");
    api["metadata"]["labels"] = json!({"app": "api"});
    api["spec"]["initContainers"] = json!([{"name": "wait", "image": "docker.io/busybox:1"}]);
    world.member().create(&api).await?.object()?;
    is_complete(&world, &world.stored(&path(&api)).await?, true)?;
    // The twin whose labels the secret is not granted to; by an administrator, who is no exception.
    let other = pod(&world.name, "other");
    world.admin.create(&other).await?.object()?;
    is_complete(&world, &world.stored(&path(&other)).await?, false)?;
    // A dry run shows the same and stores nothing.
    let mut dry = api.clone();
    dry["metadata"]["name"] = json!("dry");
    let shown = world.member().create_dry(&dry).await?.object()?;
    is_complete(&world, &shown, true)?;
    ensure!(world.admin.get(&path(&dry)).await?.code == 404, "a dry run was stored");
    Ok(())
}

async fn pods_of_workloads_are_completed(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    rich(&world).await?;
    let name = world.name.as_str();
    node(&world).await?;
    let deployment = workload("Deployment", name, "api", &json!({"replicas": 2}));
    let daemons = workload("DaemonSet", name, "agent", &json!({}));
    let member = world.member();
    for (object, pods) in [(&deployment, 2), (&daemons, 1)] {
        member.create(object).await?.object()?;
        let stored = world.stored(&path(object)).await?;
        ensure!(
            stored["metadata"]["labels"]["lessor.io/tenant"] == name,
            "the object itself carries the identity: {}",
            stored["metadata"]
        );
        template_is_untouched(object, &stored)?;
        let app = object["metadata"]["name"].as_str().unwrap_or_default();
        let found = eventually(SOON, async || {
            let path = format!("/api/v1/namespaces/{name}/pods?labelSelector=app%3D{app}");
            let found = world.list(&path).await?;
            ensure!(found.len() == pods, "{} Pods of {app}", found.len());
            Ok(found)
        })
        .await?;
        for pod in &found {
            is_complete(&world, pod, app == "api")?;
        }
    }
    let sets = world.list(&format!("/apis/apps/v1/namespaces/{name}/replicasets")).await?;
    ensure!(sets.len() == 1, "a mutated template makes ReplicaSets without end: {}", sets.len());
    let labels = &mut sets[0]["spec"]["template"]["metadata"]["labels"].clone();
    labels.as_object_mut().context("no labels")?.remove("pod-template-hash");
    ensure!(*labels == json!({"app": "api"}), "{labels}");
    Ok(())
}

/// A Node that the DaemonSet's Pods of this test may run on.
async fn node(world: &World) -> Result<()> {
    let name = format!("{}-node", world.name);
    let node = json!({"apiVersion": "v1", "kind": "Node",
        "metadata": {"name": name, "labels": {"example.com/pool": "gold"}}});
    world.apply_all(&[node]).await?;
    // No controller of this control plane takes the taint of a new Node away.
    let ready = json!({"spec": {"taints": null}});
    let at = format!("/api/v1/nodes/{name}");
    world.admin.patch(&at, super::caller::MERGE, &ready).await?.object()?;
    Ok(())
}

/// Every field that was applied is stored as it was applied, and the template
/// has nothing of Lessor's.
fn template_is_untouched(applied: &Value, stored: &Value) -> Result<()> {
    let template = &stored["spec"]["template"];
    ensure!(template["metadata"]["labels"] == applied["spec"]["template"]["metadata"]["labels"]);
    let text = template.to_string();
    ensure!(!text.contains("lessor"), "{text}");
    let spec = &template["spec"];
    ensure!(spec["securityContext"] == json!({}), "{spec}");
    ensure!(spec["nodeSelector"].is_null() && spec["tolerations"].is_null(), "{spec}");
    ensure!(spec["runtimeClassName"].is_null() && spec["volumes"].is_null(), "{spec}");
    let container = &spec["containers"][0];
    ensure!(container["securityContext"].is_null(), "{container}");
    ensure!(container["imagePullPolicy"] == "IfNotPresent", "{container}");
    Ok(())
}

async fn explicit_values_are_kept(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    world.plain_tenant().await?;
    let member = world.member();
    let mut explicit = pod(&world.name, "explicit");
    explicit["spec"]["automountServiceAccountToken"] = json!(true);
    explicit["spec"]["securityContext"] = json!({"runAsUser": 1000, "fsGroup": 70});
    explicit["spec"]["containers"][0]["securityContext"] =
        json!({"readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}});
    member.create(&explicit).await?.object()?;
    let stored = world.stored(&path(&explicit)).await?;
    let security = &stored["spec"]["securityContext"];
    ensure!(security["runAsUser"] == 1000 && security["fsGroup"] == 70, "{security}");
    ensure!(security["runAsNonRoot"] == true, "{security}");
    let container = &stored["spec"]["containers"][0];
    ensure!(container["securityContext"]["readOnlyRootFilesystem"] == true, "{container}");
    // This one asked for its token in so many words.
    let volumes = stored["spec"]["volumes"].as_array().cloned().unwrap_or_default();
    ensure!(volumes.iter().any(|volume| volume["projected"].is_object()), "{volumes:?}");
    // A warning tells what may surprise.
    let mut plain = pod(&world.name, "plain");
    plain["metadata"]["labels"] = json!({"app": "plain"});
    let answer = member.create(&plain).await?;
    ensure!(answer.warnings.iter().any(|w| w.contains("runAsNonRoot")), "{:?}", answer.warnings);
    // An update gives back the identity that it left out.
    let mut update = answer.object()?;
    let labels = update["metadata"]["labels"].as_object_mut().context("no labels")?;
    labels.remove("lessor.io/tenant");
    labels.insert("more".to_owned(), json!("yes"));
    let updated = member.put(&path(&plain), &update).await?.object()?;
    ensure!(updated["metadata"]["labels"]["lessor.io/tenant"] == world.name.as_str(), "{updated}");
    ensure!(updated["metadata"]["labels"]["more"] == "yes", "{updated}");
    Ok(())
}

async fn objects_carry_the_identity(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    world.plain_tenant().await?;
    let name = world.name.as_str();
    let member = world.member();
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount",
        "metadata": {"name": "ci", "namespace": name}});
    for object in [config_map(name, "settings"), account.clone()] {
        member.create(&object).await?.object()?;
        let stored = world.stored(&path(&object)).await?;
        ensure!(stored["metadata"]["labels"]["lessor.io/tenant"] == name, "{stored}");
    }
    let stored = world.stored(&path(&account)).await?;
    ensure!(stored["automountServiceAccountToken"] == false, "{stored}");
    // What a controller makes is left as it was made.
    let at = format!("/api/v1/namespaces/{name}/configmaps/kube-root-ca.crt");
    ensure!(world.stored(&at).await?["metadata"]["labels"].is_null());
    Ok(())
}
