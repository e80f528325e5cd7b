//! Subresources: ways into Pods, ways around their labels, addresses, tokens.

use anyhow::{Context as _, Result, ensure};
use lessor::names::Reason;
use serde_json::{Value, json};

use super::caller::{MERGE, STRATEGIC, path};
use super::world::{SOON, World, pod};
use crate::eventually::eventually;
use crate::suite::{Suite, Test};

pub(super) fn register(suite: &mut Suite) {
    suite.steady("ways_into_pods_by_class", ways_into_pods_by_class);
    suite.steady("ephemeral_containers_are_judged", ephemeral_containers_are_judged);
    suite.steady("pods_keep_their_identity", pods_keep_their_identity);
    suite.steady("only_the_scheduler_binds", only_the_scheduler_binds);
    suite.steady("addresses_and_tokens", addresses_and_tokens);
}

/// How a way into a Pod is opened by hand: connecting without an upgrade is
/// enough, admission is asked first.
const STREAMS: [(&str, &str); 3] =
    [("exec", "?command=id&stdout=true"), ("attach", "?stdout=true"), ("portforward", "?ports=80")];

async fn ways_into_pods_by_class(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    world.class(json!({"podAccess": []})).await?;
    world.tenant(json!({"class": world.name})).await?;
    let member = world.member();
    let pod = pod(&world.name, "app");
    member.create(&pod).await?.object()?;
    let at = path(&pod);
    for (stream, query) in STREAMS {
        for method in ["GET", "POST"] {
            let at = format!("{at}/{stream}{query}");
            let answer = member.send(method, &at, "", &Value::Null).await?;
            answer.denied(Reason::ConnectForbidden).with_context(|| stream)?;
        }
    }
    for proxy in [format!("{at}/proxy/"), format!("{at}/proxy/metrics")] {
        world.open.get(&proxy).await?.denied(Reason::ConnectForbidden)?;
        member.get(&proxy).await?.refused_by_rbac()?;
    }
    let debug = json!({"spec": {"ephemeralContainers": [{"name": "debug", "image": "i"}]}});
    let debug_at = format!("{at}/ephemeralcontainers");
    member.patch(&debug_at, STRATEGIC, &debug).await?.denied(Reason::ConnectForbidden)?;
    // Reading is RBAC's, and eviction always works.
    member.get(&format!("{at}/log")).await?.passed_lessor()?;
    // The class opens them, without a restart.
    let all = ["Exec", "Attach", "PortForward", "EphemeralContainers"];
    world.class(json!({"podAccess": all})).await?;
    eventually(SOON, async || {
        for (stream, query) in STREAMS {
            let at = format!("{at}/{stream}{query}");
            member.send("POST", &at, "", &Value::Null).await?.passed_lessor()?;
        }
        Ok(())
    })
    .await?;
    member.patch(&debug_at, STRATEGIC, &debug).await?.object()?;
    world.open.get(&format!("{at}/proxy/")).await?.denied(Reason::ConnectForbidden)?;
    let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction",
        "metadata": {"name": "app", "namespace": world.name}});
    member.post(&format!("{at}/eviction"), &eviction).await?.object()?;
    Ok(())
}

async fn ephemeral_containers_are_judged(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    let source = world.source(json!({"password": "p"})).await?;
    world
        .class(json!({"podAccess": ["EphemeralContainers"],
            "secrets": [{"name": source, "keys": ["password"]}]}))
        .await?;
    let mounts = json!([{"selector": {"matchLabels": {"app": "api"}}, "path": "/etc/db"}]);
    let secrets = json!([{"name": "db", "from": {"secret": source}, "mounts": mounts}]);
    world.tenant(json!({"class": world.name, "secrets": secrets})).await?;
    let mut app = pod(&world.name, "app");
    app["spec"]["containers"][0]["resources"] = json!({"requests": {"cpu": "10m"}});
    let member = world.member();
    member.create(&app).await?.object()?;
    let at = format!("{}/ephemeralcontainers", path(&app));
    let debug = |more: Value| {
        let mut container = json!({"name": "debug", "image": "registry.example.com/tools:1"});
        for (key, value) in more.as_object().into_iter().flatten() {
            container[key] = value.clone();
        }
        json!({"spec": {"ephemeralContainers": [container]}})
    };
    let first = "spec.ephemeralContainers[0]";
    let privileged = debug(json!({"securityContext": {"privileged": true}}));
    let secret = debug(json!({"envFrom": [{"secretRef": {"name": "db"}}]}));
    let keyed = debug(json!({"env": [{"name": "A",
        "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]}));
    let dry = format!("{at}?dryRun=All");
    for at in [dry.as_str(), at.as_str()] {
        let answer = member.patch(at, STRATEGIC, &privileged).await?;
        answer.denied(Reason::PodSecurityViolation)?;
        let answer = member.patch(at, STRATEGIC, &secret).await?;
        let field = format!("{first}.envFrom[0].secretRef.name");
        answer.denied_at(Reason::SecretNotGranted, &field)?;
        let answer = member.patch(at, STRATEGIC, &keyed).await?;
        answer.denied(Reason::SecretNotGranted)?;
    }
    // The same by PUT of the whole Pod.
    let mut whole = world.stored(&path(&app)).await?;
    whole["spec"]["ephemeralContainers"] = privileged["spec"]["ephemeralContainers"].clone();
    member.put(&at, &whole).await?.denied(Reason::PodSecurityViolation)?;
    let stored = member.patch(&at, STRATEGIC, &debug(json!({}))).await?.object()?;
    let container = &stored["spec"]["ephemeralContainers"][0];
    ensure!(container["imagePullPolicy"] == "Always", "{container}");
    ensure!(container["securityContext"]["allowPrivilegeEscalation"] == false, "{container}");
    // A resize is a change of a Pod that is judged, and admitted.
    let resize = json!({"spec": {"containers": [
        {"name": "app", "resources": {"requests": {"cpu": "20m"}}}]}});
    let at = format!("{}/resize", path(&app));
    world.open.patch(&at, STRATEGIC, &resize).await?.object()?;
    Ok(())
}

async fn pods_keep_their_identity(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    world.class(json!({"podLabels": {"example.com/cost-centre": "4711"}})).await?;
    world.tenant(json!({"class": world.name})).await?;
    let app = pod(&world.name, "app");
    world.member().create(&app).await?.object()?;
    let tenant = "metadata.labels[lessor.io/tenant]";
    let cost = "metadata.labels[example.com/cost-centre]";
    let service = "metadata.labels[lessor.io/service]";
    let labels = |key: &str, value: Value| {
        let mut patch = json!({"metadata": {"labels": {}}});
        patch["metadata"]["labels"][key] = value;
        patch
    };
    let mismatch = Reason::TenantIdentityMismatch;
    for door in [MERGE, STRATEGIC] {
        let at = format!("{}/status", path(&app));
        for (key, field) in [
            ("lessor.io/tenant", tenant),
            ("example.com/cost-centre", cost),
            ("lessor.io/service", service),
        ] {
            for at in [&at, &path(&app)] {
                let answer = world.open.patch(at, door, &labels(key, json!("x"))).await?;
                let other = |_| answer.denied_at(Reason::ReservedKeyForbidden, field);
                answer.denied_at(mismatch, field).or_else(other)?;
            }
        }
        // To drop a label is no way out either.
        for key in ["lessor.io/tenant", "example.com/cost-centre"] {
            let answer = world.open.patch(&at, door, &labels(key, Value::Null)).await?;
            answer.denied_either(&[mismatch, Reason::ReservedKeyForbidden])?;
        }
        world.open.patch(&at, door, &labels("app", json!("x"))).await?.object()?;
    }
    let mirror = json!({"metadata": {"annotations": {"kubernetes.io/config.mirror": "x"}}});
    let field = "metadata.annotations[kubernetes.io/config.mirror]";
    let answer = world.open.patch(&path(&app), MERGE, &mirror).await?;
    answer.denied_at(Reason::ReservedKeyForbidden, field)?;
    // By the other door the API server has a rule of its own.
    let answer = world.open.patch(&format!("{}/status", path(&app)), MERGE, &mirror).await?;
    ensure!(answer.code == 422, "{answer:?}");
    Ok(())
}

async fn only_the_scheduler_binds(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    world.plain_tenant().await?;
    let name = world.name.as_str();
    let app = pod(name, "app");
    world.member().create(&app).await?.object()?;
    let binding = |labels: Value| {
        json!({"apiVersion": "v1", "kind": "Binding",
            "metadata": {"name": "app", "namespace": name, "labels": labels},
            "target": {"apiVersion": "v1", "kind": "Node", "name": "anywhere"}})
    };
    let doors = [format!("{}/binding", path(&app)), format!("/api/v1/namespaces/{name}/bindings")];
    let scheduler = world.admin.speaking_for("system:kube-scheduler", &[]);
    for at in &doors {
        for caller in [&world.open, &world.admin] {
            let answer = caller.post(at, &binding(json!({}))).await?;
            answer.denied_at(Reason::SubresourceForbidden, "target").with_context(|| at.clone())?;
        }
        world.member().post(at, &binding(json!({}))).await?.refused_by_rbac()?;
    }
    let answer = scheduler.post(&doors[0], &binding(json!({"lessor.io/tenant": "x"}))).await?;
    answer.denied_either(&[Reason::TenantIdentityMismatch])?;
    let zone = json!({"topology.kubernetes.io/zone": "a"});
    scheduler.post(&doors[0], &binding(zone)).await?.object()?;
    ensure!(world.stored(&path(&app)).await?["spec"]["nodeName"] == "anywhere");
    // A node that does not exist holds nobody: let the Pod go.
    world.admin.delete(&format!("{}?gracePeriodSeconds=0", path(&app))).await?.object()?;
    Ok(())
}

async fn addresses_and_tokens(test: Test) -> Result<()> {
    let world = World::new(test).await?;
    world
        .class(json!({"serviceTypes": ["LoadBalancer"], "tokens": {"audiences": ["vault"]}}))
        .await?;
    world.tenant(json!({"class": world.name})).await?;
    let name = world.name.as_str();
    let service = json!({"apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "web", "namespace": name},
        "spec": {"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 80}]}});
    world.member().create(&service).await?.object()?;
    let status = format!("{}/status", path(&service));
    let routed = json!({"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.1"}]}}});
    for door in [MERGE, STRATEGIC] {
        let answer = world.open.patch(&status, door, &routed).await?;
        answer.denied_at(Reason::ExternalIpForbidden, "status.loadBalancer.ingress")?;
        world.member().patch(&status, door, &routed).await?.refused_by_rbac()?;
    }
    let proxy = format!("{}/proxy/", path(&service));
    world.open.get(&proxy).await?.denied_at(Reason::ConnectForbidden, "path")?;
    world.member().get(&proxy).await?.refused_by_rbac()?;
    let token = |spec: Value| json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec});
    let at = format!("/api/v1/namespaces/{name}/serviceaccounts/default/token");
    let foreign = token(json!({"audiences": ["sts.amazonaws.com"]}));
    let answer = world.open.post(&at, &foreign).await?;
    answer.denied_at(Reason::ServiceAccountTokenForbidden, "spec.audiences[0]")?;
    let long = token(json!({"audiences": ["vault"], "expirationSeconds": 86400}));
    let answer = world.open.post(&at, &long).await?;
    answer.denied_at(Reason::ServiceAccountTokenForbidden, "spec.expirationSeconds")?;
    world.member().post(&at, &foreign).await?.refused_by_rbac()?;
    let own = token(json!({"audiences": ["vault"], "expirationSeconds": 3600}));
    world.open.post(&at, &own).await?.object()?;
    world.open.post(&at, &token(json!({"expirationSeconds": 600}))).await?.object()?;
    Ok(())
}
