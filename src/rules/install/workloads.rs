//! The two Deployments and the Service.

use serde_json::{Value, json};

use super::settings::{Certificates, DEFAULT_SERVICE_PORT, Install};
use super::{labels, selector};
use crate::names;

/// TCP port on which the webhook serves admission.
pub const WEBHOOK_PORT: u16 = 8443;
/// TCP port on which both workloads answer `/readyz` and `/livez`, in plain text.
pub const HEALTH_PORT: u16 = 8081;

/// Label value of the webhook's objects.
pub(super) const WEBHOOK: &str = "webhook";
/// Label value of the controller's objects.
pub(super) const CONTROLLER: &str = "controller";

/// User and group of the process; any number but root's.
const USER: u32 = 65532;
/// Longer than the drain: the API server reuses idle connections for up to 90
/// seconds, and one that is closed as a review arrives is a failed admission.
const WEBHOOK_GRACE_SECONDS: u32 = 110;
const CONTROLLER_GRACE_SECONDS: u32 = 30;

pub(super) fn service(install: &Install) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": names::WEBHOOK_SERVICE,
            "namespace": install.namespace,
            "labels": labels(WEBHOOK),
        },
        "spec": {
            "type": "ClusterIP",
            "selector": selector(WEBHOOK),
            "ports": [{
                "name": "https",
                "protocol": "TCP",
                "port": install.service_port,
                "targetPort": "https",
            }],
        },
    })
}

pub(super) fn deployments(install: &Install) -> [Value; 2] {
    let certificate = mounts_certificate(install);
    let webhook = Workload {
        component: WEBHOOK,
        deployment: names::WEBHOOK_SERVICE,
        account: names::WEBHOOK_ACCOUNT,
        replicas: install.webhook_replicas,
        grace: WEBHOOK_GRACE_SECONDS,
        ports: json!([port("https", WEBHOOK_PORT), port("health", HEALTH_PORT)]),
        requests: json!({"cpu": "100m", "memory": "128Mi"}),
        limits: json!({"memory": "512Mi"}),
        certificate,
    };
    let controller = Workload {
        component: CONTROLLER,
        deployment: names::CONTROLLER_DEPLOYMENT,
        account: names::CONTROLLER_ACCOUNT,
        replicas: install.controller_replicas,
        grace: CONTROLLER_GRACE_SECONDS,
        ports: json!([port("health", HEALTH_PORT)]),
        requests: json!({"cpu": "50m", "memory": "128Mi"}),
        limits: json!({"memory": "512Mi"}),
        certificate: false,
    };
    [webhook.deployment(install), controller.deployment(install)]
}

fn mounts_certificate(install: &Install) -> bool {
    match install.certificates {
        Certificates::SelfManaged => false,
        Certificates::CertManager | Certificates::Files => true,
    }
}

fn port(name: &str, number: u16) -> Value {
    json!({"name": name, "containerPort": number, "protocol": "TCP"})
}

/// Every setting that the component reads, so that what it renders by itself is
/// what the manifests say.
fn arguments(install: &Install, component: &str) -> Vec<String> {
    let single = [
        ("namespace", install.namespace.as_str()),
        ("secret-source-namespace", install.secret_source_namespace.as_str()),
        ("certs", install.certificates.as_str()),
    ];
    let repeated = [
        ("pod-cidr", &install.pod_cidrs),
        ("service-cidr", &install.service_cidrs),
        ("node-cidr", &install.node_cidrs),
        ("dns", &install.dns),
        ("platform-caller", &install.platform_users),
    ];
    let single = single.iter().map(|(flag, value)| format!("--{flag}={value}"));
    let repeated = repeated
        .iter()
        .flat_map(|(flag, values)| values.iter().map(move |value| format!("--{flag}={value}")));
    // Where the API servers find the webhook, the controller writes.
    let port = (component == CONTROLLER && install.service_port != DEFAULT_SERVICE_PORT)
        .then(|| format!("--webhook-port={}", install.service_port));
    let url = install.webhook_url.as_ref().filter(|_| component == CONTROLLER);
    let url = url.map(|url| format!("--webhook-url={url}"));
    core::iter::once(component.to_owned())
        .chain(single)
        .chain(repeated)
        .chain(port)
        .chain(url)
        .collect()
}

struct Workload {
    component: &'static str,
    deployment: &'static str,
    account: &'static str,
    replicas: u16,
    grace: u32,
    ports: Value,
    requests: Value,
    limits: Value,
    certificate: bool,
}

impl Workload {
    fn deployment(&self, install: &Install) -> Value {
        json!({
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
                "name": self.deployment,
                "namespace": install.namespace,
                "labels": labels(self.component),
            },
            "spec": {
                "replicas": self.replicas,
                "revisionHistoryLimit": 3,
                "selector": {"matchLabels": selector(self.component)},
                "strategy": {
                    "type": "RollingUpdate",
                    "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1},
                },
                "template": {
                    "metadata": {"labels": labels(self.component)},
                    "spec": self.pod(install),
                },
            },
        })
    }

    fn pod(&self, install: &Install) -> Value {
        let selector = json!({"matchLabels": selector(self.component)});
        let mut pod = json!({
            "serviceAccountName": self.account,
            "automountServiceAccountToken": true,
            "priorityClassName": "system-cluster-critical",
            "terminationGracePeriodSeconds": self.grace,
            "securityContext": {
                "runAsNonRoot": true,
                "runAsUser": USER,
                "runAsGroup": USER,
                "fsGroup": USER,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "topologySpreadConstraints": [{
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": selector,
            }],
            "affinity": {"podAntiAffinity": {
                "preferredDuringSchedulingIgnoredDuringExecution": [{
                    "weight": 100,
                    "podAffinityTerm": {
                        "topologyKey": "kubernetes.io/hostname",
                        "labelSelector": selector,
                    },
                }],
            }},
            "containers": [{
                "name": self.component,
                "image": install.image,
                "imagePullPolicy": "IfNotPresent",
                "args": arguments(install, self.component),
                "ports": self.ports,
                "readinessProbe": probe("/readyz", 5, 2),
                "livenessProbe": probe("/livez", 10, 6),
                "resources": {"requests": self.requests, "limits": self.limits},
                "securityContext": {
                    "allowPrivilegeEscalation": false,
                    "readOnlyRootFilesystem": true,
                    "capabilities": {"drop": ["ALL"]},
                },
            }],
        });
        // Empty lists are dropped by the API server and would show as a
        // difference at every apply.
        if self.certificate {
            pod["volumes"] = json!([{
                "name": "tls",
                "secret": {"secretName": names::CERTIFICATE_SECRET, "defaultMode": 0o440},
            }]);
            pod["containers"][0]["volumeMounts"] = json!([{
                "name": "tls",
                "mountPath": names::CERTIFICATE_DIRECTORY,
                "readOnly": true,
            }]);
        }
        pod
    }
}

fn probe(path: &str, period_seconds: u32, failures: u32) -> Value {
    json!({
        "httpGet": {"path": path, "port": "health"},
        "periodSeconds": period_seconds,
        "timeoutSeconds": 3,
        "failureThreshold": failures,
    })
}
