//! What the end-to-end tests share: Lessor, people and tenants of one's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use lessor::cluster::files::{self, Manifest};
use serde_json::{Value, json};

use super::caller::Caller;
use crate::eventually::eventually;
use crate::installation::{Installation, SECRETS};
use crate::suite::Test;

/// Far more than anything takes, even on a busy machine.
pub(super) const SOON: Duration = Duration::from_secs(30);
/// How long healing may take; the promise is two seconds on an idle machine.
pub(super) const HEALED: Duration = Duration::from_secs(5);
/// Everybody who has been given every right that can be given but `administer`.
const OPEN_GROUP: &str = "e2e:open";
/// The groups that [`OPEN_GROUP`] may do everything in.
const OPEN: [&str; 16] = [
    "",
    "apps",
    "authentication.k8s.io",
    "autoscaling",
    "batch",
    "cert-manager.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "external-secrets.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "storage.k8s.io",
];

/// How many tests are under way.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// Lessor and the people of one test.
pub(super) struct World {
    pub(super) test: Test,
    pub(super) lessor: Arc<Installation>,
    /// An administrator.
    pub(super) admin: Caller,
    /// Nobody in particular, with RBAC wide open: only admission holds.
    pub(super) open: Caller,
    /// Begins every name of the test; also the name of its first tenant.
    pub(super) name: String,
    _running: Running,
}

/// Counts a test as long as it lives.
struct Running;

impl Running {
    fn new() -> Self {
        RUNNING.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

impl World {
    pub(super) async fn new(test: Test) -> Result<Self> {
        let running = Running::new();
        let lessor = test.lessor().await?;
        let admin = Caller::administrator(test.plane.client());
        let open = admin.speaking_for("mallory", &[OPEN_GROUP]);
        let name = test.prefix.clone();
        let world = Self { test, lessor, admin, open, name, _running: running };
        world.open_the_door().await?;
        Ok(world)
    }

    async fn open_the_door(&self) -> Result<()> {
        const RBAC: &str = "rbac.authorization.k8s.io";
        let version = format!("{RBAC}/v1");
        let role = json!({"apiVersion": version, "kind": "ClusterRole",
        "metadata": {"name": "e2e-open"}, "rules": [
            {"apiGroups": OPEN, "resources": ["*"], "verbs": ["*"]},
            {"apiGroups": ["lessor.io"], "resources": ["*"], "verbs": ["get", "list", "watch",
                "create", "update", "patch", "delete", "deletecollection", "use"]},
        ]});
        let binding = json!({"apiVersion": version, "kind": "ClusterRoleBinding",
            "metadata": {"name": "e2e-open"},
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": "e2e-open"},
            "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": OPEN_GROUP}]});
        for object in [role, binding] {
            self.admin.apply(&object).await?.object()?;
        }
        eventually(SOON, async || {
            ensure!(self.open.may("", "delete", "namespaces").await?, "not open yet");
            Ok(())
        })
        .await
    }

    /// Waits until every other test that has begun has come to its end.
    pub(super) async fn alone(&self) -> Result<()> {
        eventually(Duration::from_mins(2), async || {
            let others = RUNNING.load(Ordering::SeqCst) - 1;
            ensure!(others == 0, "{others} tests are under way");
            Ok(())
        })
        .await
    }

    /// As [`Self::open`], over a client that does not try again by itself.
    pub(super) async fn impatient(&self) -> Result<Caller> {
        let kubeconfig = Kubeconfig::read_from(self.test.plane.kubeconfig())?;
        let options = KubeConfigOptions::default();
        let mut config = Config::from_custom_kubeconfig(kubeconfig, &options).await?;
        config.default_retry = false;
        let admin = Caller::administrator(Client::try_from(config)?);
        Ok(admin.speaking_for("mallory", &[OPEN_GROUP]))
    }

    /// A member of the test's tenant with the role `admin`.
    pub(super) fn member(&self) -> Caller {
        self.admin.speaking_for("alice", &[&self.group()])
    }

    /// The group that is given the role `admin`.
    pub(super) fn group(&self) -> String {
        format!("e2e:{}", self.name)
    }

    /// Applies objects as an administrator.
    pub(super) async fn apply_all(&self, objects: &[Value]) -> Result<()> {
        for object in objects {
            self.admin.apply(object).await?.object().with_context(|| object.to_string())?;
        }
        Ok(())
    }

    /// A class of the test's own, of the test's name.
    pub(super) async fn class(&self, spec: Value) -> Result<()> {
        self.apply_all(&[self.class_object(&spec)]).await
    }

    pub(super) fn class_object(&self, spec: &Value) -> Value {
        json!({"apiVersion": "lessor.io/v1", "kind": "TenantClass",
            "metadata": {"name": self.name}, "spec": spec})
    }

    /// A Tenant object of the test's name, with its group as admins.
    pub(super) fn tenant_object(&self, mut spec: Value) -> Value {
        if spec["members"].is_null() {
            spec["members"] = json!([{"role": "admin", "kind": "Group", "name": self.group()}]);
        }
        json!({"apiVersion": "lessor.io/v1", "kind": "Tenant",
            "metadata": {"name": self.name}, "spec": spec})
    }

    /// Applies the Tenant and waits until it is Ready.
    pub(super) async fn tenant(&self, spec: Value) -> Result<Value> {
        self.apply_all(&[self.tenant_object(spec)]).await?;
        self.lessor.ready(&self.name, SOON).await
    }

    /// A Tenant that says nothing but who its admins are, in the class `default`.
    pub(super) async fn plain_tenant(&self) -> Result<Value> {
        self.tenant(json!({})).await
    }

    /// Writes a source secret and returns its name.
    pub(super) async fn source(&self, data: Value) -> Result<String> {
        let source = json!({"apiVersion": "v1", "kind": "Secret",
            "metadata": {"name": self.name, "namespace": SECRETS}, "stringData": data});
        self.apply_all(&[source]).await?;
        Ok(self.name.clone())
    }

    /// An object as stored, by its API path.
    pub(super) async fn stored(&self, path: &str) -> Result<Value> {
        self.admin.get(path).await?.object().with_context(|| path.to_owned())
    }

    /// The items of a collection.
    pub(super) async fn list(&self, path: &str) -> Result<Vec<Value>> {
        let list = self.stored(path).await?;
        Ok(list["items"].as_array().cloned().unwrap_or_default())
    }

    /// Waits until an object satisfies a condition, and returns it and the time it took.
    pub(super) async fn until(
        &self,
        path: &str,
        limit: Duration,
        holds: impl Fn(&Value) -> bool,
    ) -> Result<(Value, Duration)> {
        let began = Instant::now();
        let object = eventually(limit, async || {
            let object = self.stored(path).await?;
            ensure!(holds(&object), "{path} is {object}");
            Ok(object)
        })
        .await?;
        Ok((object, began.elapsed()))
    }

    /// Waits until an object is not there.
    pub(super) async fn until_gone(&self, path: &str, limit: Duration) -> Result<()> {
        eventually(limit, async || {
            let answer = self.admin.get(path).await?;
            ensure!(answer.code == 404, "{path} is still there");
            Ok(())
        })
        .await
    }
}

/// Objects of a file below `examples/`.
pub(super) fn example(path: &str) -> Result<Vec<Value>> {
    let path = crate::installation::example(path);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let manifests: Vec<Manifest> = files::parse(&path, &text)?;
    Ok(manifests.into_iter().map(|manifest| manifest.object).collect())
}

/// A Pod with one container and nothing else.
pub(super) fn pod(namespace: &str, name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"containers": [{"name": "app", "image": "registry.example.com/app:1"}]}})
}

/// A ConfigMap.
pub(super) fn config_map(namespace: &str, name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace}, "data": {"a": "b"}})
}

/// A workload of `kind` in the group `apps` whose Pods are labelled `app: NAME`.
pub(super) fn workload(kind: &str, namespace: &str, name: &str, more: &Value) -> Value {
    let mut object = json!({"apiVersion": "apps/v1", "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"matchLabels": {"app": name}}, "template": {
            "metadata": {"labels": {"app": name}},
            "spec": {"containers": [{"name": "app", "image": "registry.example.com/app:1"}]}}}});
    for (key, value) in more.as_object().into_iter().flatten() {
        object["spec"][key] = value.clone();
    }
    object
}
