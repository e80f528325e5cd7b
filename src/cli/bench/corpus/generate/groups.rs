//! The groups of a generated corpus.

use serde_json::{Value, json};

use crate::admission::{GroupKind, GroupResource, Request, User, offline};
use crate::cli::bench::corpus::Source;
use crate::cli::bench::expectation::Expectation;
use crate::isolation::Operation;
use crate::webhook::BODY_LIMIT;

use super::mix::{Group, Mix};
use super::objects::{config_map, metadata, pod, small_pod, workloads};

/// Endpoints that the reviews are for, unless the URL has a path.
const MUTATE: &str = "/mutate";
const VALIDATE: &str = "/validate";
/// What the largest review leaves of the limit, for all but its two objects'
/// data.
const ENVELOPE: usize = 4096;

/// One review of a group and how often it comes there.
struct Case {
    name: String,
    request: Request,
    endpoint: &'static str,
    allowed: bool,
    weight: f64,
}

/// The reviews of a mix, in a namespace of a tenant.
pub(in crate::cli::bench) fn generate(mix: &Mix, namespace: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    for (group, weight) in &mix.0 {
        let cases = match group {
            Group::Pods => pods(namespace),
            Group::Workloads => makers(namespace),
            Group::Updates => updates(namespace),
            Group::Deletes => deletes(namespace),
            Group::Connects => connects(namespace),
            Group::Subresources => subresources(namespace),
            Group::Sized => sized(namespace),
            Group::Denied => denied(namespace),
            Group::Unknown => unknown(namespace),
        };
        let total: f64 = cases.iter().map(|case| case.weight).sum();
        sources.extend(cases.into_iter().map(|case| Source {
            name: case.name,
            review: offline::question(&case.request),
            endpoint: Some(case.endpoint.to_owned()),
            expected: Expectation::verdict(case.allowed),
            weight: weight * case.weight / total,
        }));
    }
    sources
}

fn user(name: &str) -> User {
    let mut groups = vec!["system:authenticated".to_owned()];
    if name.starts_with("system:node:") {
        groups.push("system:nodes".to_owned());
    }
    User { name: name.to_owned(), groups, ..User::default() }
}

/// A request of a developer about an object of a resource.
fn request(
    operation: Operation,
    group: &str,
    resource: &str,
    object: Option<Value>,
    old: Option<Value>,
) -> Request {
    let subject = object.as_ref().or(old.as_ref());
    let text = |pointer: &str| {
        let found = subject.and_then(|subject| subject.pointer(pointer)).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    };
    let version = text("/apiVersion");
    let (kind_group, version) = version.split_once('/').unwrap_or(("", &version));
    Request {
        uid: "generated".to_owned(),
        kind: GroupKind {
            group: kind_group.to_owned(),
            version: version.to_owned(),
            kind: text("/kind"),
        },
        resource: GroupResource { group: group.to_owned(), resource: resource.to_owned() },
        subresource: String::new(),
        name: text("/metadata/name"),
        namespace: text("/metadata/namespace"),
        operation,
        user: user("developer"),
        object,
        old_object: old,
        dry_run: false,
    }
}

fn case(name: &str, endpoint: &'static str, request: Request) -> Case {
    Case { name: name.to_owned(), request, endpoint, allowed: true, weight: 1.0 }
}

fn created(mut object: Value) -> Request {
    let kind = object["kind"].as_str().unwrap_or_default().to_owned();
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.remove("uid");
        metadata.remove("creationTimestamp");
    }
    let version = object["apiVersion"].as_str().unwrap_or_default();
    let group = version.split_once('/').map_or("", |(group, _)| group).to_owned();
    request(Operation::Create, &group, &offline::plural(&kind), Some(object), None)
}

fn pods(namespace: &str) -> Vec<Case> {
    let mut of_set = created(pod("shop", namespace, 3));
    of_set.name = String::new();
    of_set.user = user("system:serviceaccount:kube-system:replicaset-controller");
    if let Some(metadata) = of_set.object.as_mut().and_then(|o| o["metadata"].as_object_mut()) {
        metadata.remove("name");
        metadata.insert("generateName".to_owned(), json!("shop-6f9c8d7b5c-"));
    }
    vec![
        Case { weight: 5.0, ..case("pod of a ReplicaSet", MUTATE, of_set) },
        Case { weight: 2.0, ..case("pod, small", MUTATE, created(small_pod("shop", namespace))) },
        case("pod, 12 containers", MUTATE, created(pod("shop", namespace, 12))),
    ]
}

fn makers(namespace: &str) -> Vec<Case> {
    let create = |(_, object): (&str, Value)| {
        let name = object["kind"].as_str().unwrap_or_default().to_owned();
        case(&name, MUTATE, created(object))
    };
    workloads(namespace).into_iter().map(create).collect()
}

fn updates(namespace: &str) -> Vec<Case> {
    let changed = |group: &str, resource: &str, old: Value| {
        let mut new = old.clone();
        new["metadata"]["annotations"]["example.com/revision"] = json!("2");
        request(Operation::Update, group, resource, Some(new), Some(old))
    };
    let deployment = workloads(namespace).swap_remove(0).1;
    let old = pod("shop", namespace, 3);
    vec![
        case("pod, updated", VALIDATE, changed("", "pods", old)),
        case("Deployment, updated", MUTATE, changed("apps", "deployments", deployment)),
    ]
}

fn deletes(namespace: &str) -> Vec<Case> {
    let delete = |group: &str, resource: &str, old: Value| {
        request(Operation::Delete, group, resource, None, Some(old))
    };
    let mut collection = delete("", "pods", pod("shop", namespace, 3));
    collection.name = String::new();
    let deployment = workloads(namespace).swap_remove(0).1;
    vec![
        case("pod, deleted", VALIDATE, delete("", "pods", pod("shop", namespace, 3))),
        case("pods, deleted together", VALIDATE, collection),
        case("Deployment, deleted", VALIDATE, delete("apps", "deployments", deployment)),
    ]
}

fn connects(namespace: &str) -> Vec<Case> {
    let connect = |subresource: &str, options: Value| Request {
        subresource: subresource.to_owned(),
        name: "shop".to_owned(),
        namespace: namespace.to_owned(),
        ..request(Operation::Connect, "", "pods", Some(options), None)
    };
    let exec = json!({"kind": "PodExecOptions", "apiVersion": "v1", "stdin": true, "stdout": true,
        "tty": true, "container": "shop", "command": ["sh"]});
    let forward = json!({"kind": "PodPortForwardOptions", "apiVersion": "v1", "ports": [8080]});
    vec![
        case("exec", VALIDATE, connect("exec", exec)),
        case("port-forward", VALIDATE, connect("portforward", forward)),
    ]
}

fn subresources(namespace: &str) -> Vec<Case> {
    let below = |subresource: &str, who: &str, request: Request| Request {
        subresource: subresource.to_owned(),
        user: user(who),
        ..request
    };
    let old = pod("shop", namespace, 3);
    let mut running = old.clone();
    running["status"] = json!({"phase": "Running", "podIP": "10.244.1.7"});
    let mut debugged = old.clone();
    let mut debugger = old["spec"]["containers"][0].clone();
    for field in ["ports", "livenessProbe", "readinessProbe", "resources"] {
        debugger.as_object_mut().map(|container| container.remove(field));
    }
    debugger["name"] = json!("debugger");
    debugged["spec"]["ephemeralContainers"] = json!([debugger]);
    let scale = |replicas: u32| {
        json!({"kind": "Scale", "apiVersion": "autoscaling/v1",
            "metadata": metadata("shop", namespace), "spec": {"replicas": replicas}})
    };
    let binding = json!({"kind": "Binding", "apiVersion": "v1",
        "metadata": {"name": "shop", "namespace": namespace},
        "target": {"kind": "Node", "name": "worker-2"}});
    let eviction = json!({"kind": "Eviction", "apiVersion": "policy/v1",
        "metadata": {"name": "shop", "namespace": namespace}});
    let update = |group: &str, resource: &str, new: Value, old: Value| {
        request(Operation::Update, group, resource, Some(new), Some(old))
    };
    let autoscaler = "system:serviceaccount:kube-system:horizontal-pod-autoscaler";
    let scaled = update("apps", "deployments", scale(4), scale(2));
    let bound = request(Operation::Create, "", "pods", Some(binding), None);
    let evicted = request(Operation::Create, "", "pods", Some(eviction), None);
    vec![
        case(
            "pod status",
            VALIDATE,
            below("status", "system:node:worker-2", update("", "pods", running, old.clone())),
        ),
        case(
            "ephemeral container",
            VALIDATE,
            below("ephemeralcontainers", "developer", update("", "pods", debugged, old)),
        ),
        case("scale", VALIDATE, below("scale", autoscaler, scaled)),
        case("binding", VALIDATE, below("binding", "system:kube-scheduler", bound)),
        case("eviction", VALIDATE, below("eviction", "developer", evicted)),
    ]
}

fn sized(namespace: &str) -> Vec<Case> {
    let update = |name: &str, bytes: usize, weight: f64| {
        let half = (bytes - ENVELOPE) / 2;
        let (old, new) = (config_map(namespace, half, "x"), config_map(namespace, half, "y"));
        let request = request(Operation::Update, "", "configmaps", Some(new), Some(old));
        Case { weight, ..case(name, VALIDATE, request) }
    };
    vec![
        update("64 KiB", 64 << 10, 90.0),
        update("1 MiB", 1 << 20, 9.0),
        update("7 MiB", BODY_LIMIT, 1.0),
    ]
}

fn denied(namespace: &str) -> Vec<Case> {
    let deny = |name: &str, spoil: &dyn Fn(&mut Value)| {
        let mut pod = pod("shop", namespace, 3);
        spoil(&mut pod["spec"]);
        Case { allowed: false, ..case(name, MUTATE, created(pod)) }
    };
    vec![
        deny("privileged", &|spec| {
            spec["containers"][1]["securityContext"] = json!({"privileged": true});
        }),
        deny("hostPath", &|spec| {
            spec["volumes"][1] = json!({"name": "cache", "hostPath": {"path": "/var/run"}});
        }),
        deny("host namespaces", &|spec| {
            spec["hostNetwork"] = json!(true);
            spec["hostPID"] = json!(true);
        }),
        deny("capability", &|spec| {
            spec["containers"][2]["securityContext"]["capabilities"]["add"] = json!(["SYS_ADMIN"]);
        }),
    ]
}

fn unknown(namespace: &str) -> Vec<Case> {
    let mut pod = pod("shop", namespace, 3);
    pod["spec"]["hostEverything"] = json!(true);
    vec![Case { allowed: false, ..case("unknown field", MUTATE, created(pod)) }]
}
