//! The people, the tenants and the silence of these tests.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use lessor::names::Reason;
use serde_json::{Value, json};

use crate::end_to_end::caller::{Answer, Caller, path};
use crate::eventually::eventually;
use crate::installation::{CONTROLLER, Installation, NAMESPACE, SECRETS, WEBHOOK};
use crate::rough::configurations::{MUTATING, VALIDATING};
use crate::suite::Test;

/// What others do in their own time, on a busy machine.
pub(super) const SOON: Duration = Duration::from_secs(40);
const OPEN_GROUP: &str = "floor:open";

/// Lessor installed, two tenants, and who attacks them.
pub(super) struct Ground {
    pub(super) test: Test,
    pub(super) lessor: Arc<Installation>,
    /// An administrator.
    pub(super) admin: Caller,
    /// Admin of the first tenant, and RBAC is open to her as wide as it goes.
    pub(super) alice: Caller,
    /// Lessor's controller, by its exact name.
    pub(super) controller: Caller,
    /// The first tenant and its namespace.
    pub(super) name: String,
    /// The second tenant and its namespace.
    pub(super) other: String,
    /// A namespace that is nobody's.
    pub(super) free: String,
}

impl Ground {
    pub(super) async fn new(test: Test) -> Result<Self> {
        let lessor = test.lessor().await?;
        let admin = Caller::administrator(test.plane.client());
        let name = test.prefix.clone();
        let members = format!("floor:{name}");
        let account = format!("system:serviceaccount:{NAMESPACE}:lessor-controller");
        let ground = Self {
            alice: admin.speaking_for("alice", &[&members, OPEN_GROUP]),
            // Rights beyond its own, so that only the floor could refuse.
            controller: admin.speaking_for(&account, &["system:masters"]),
            other: format!("{name}-two"),
            free: format!("{name}-free"),
            test,
            lessor,
            admin,
            name,
        };
        ground.open().await?;
        ground.settle(&members).await?;
        Ok(ground)
    }

    async fn open(&self) -> Result<()> {
        const RBAC: &str = "rbac.authorization.k8s.io";
        const GROUPS: [&str; 5] = ["", "apps", "networking.k8s.io", RBAC, "batch"];
        let role = json!({"apiVersion": format!("{RBAC}/v1"), "kind": "ClusterRole",
            "metadata": {"name": "floor-open"},
            "rules": [{"apiGroups": GROUPS, "resources": ["*"], "verbs": ["*"]}]});
        let binding = json!({"apiVersion": format!("{RBAC}/v1"), "kind": "ClusterRoleBinding",
            "metadata": {"name": "floor-open"},
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": "floor-open"},
            "subjects": [{"apiGroup": RBAC, "kind": "Group", "name": OPEN_GROUP}]});
        self.apply(&[role, binding]).await
    }

    /// One object of every managed kind, and a namespace of nobody's.
    async fn settle(&self, members: &str) -> Result<()> {
        let name = self.name.as_str();
        let source = json!({"apiVersion": "v1", "kind": "Secret",
            "metadata": {"name": name, "namespace": SECRETS}, "stringData": {"password": "p"}});
        let class = json!({"apiVersion": "lessor.io/v1", "kind": "TenantClass",
            "metadata": {"name": name}, "spec": {"roles": ["admin"], "quota": {"pods": "20"},
            "limits": {"default": {"memory": "64Mi"}},
            "secrets": [{"name": name, "keys": ["password"]}]}});
        let tenant = |tenant: &str| {
            json!({"apiVersion": "lessor.io/v1", "kind": "Tenant", "metadata": {"name": tenant},
                "spec": {"class": name, "members":
                    [{"role": "admin", "kind": "Group", "name": members}],
                    "secrets": [{"name": "db", "from": {"secret": name}}]}})
        };
        let free =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.free}});
        self.apply(&[source, class]).await?;
        eventually(SOON, async || {
            self.apply(&[tenant(name), tenant(&self.other), free.clone()]).await
        })
        .await?;
        self.lessor.ready(name, SOON).await?;
        self.lessor.ready(&self.other, SOON).await?;
        let account = format!("/api/v1/namespaces/{}/serviceaccounts/default", self.free);
        eventually(SOON, async || self.admin.get(&account).await?.object().map(drop)).await
    }

    pub(super) async fn apply(&self, objects: &[Value]) -> Result<()> {
        for object in objects {
            self.admin.apply(object).await?.object().with_context(|| object.to_string())?;
        }
        Ok(())
    }

    /// Runs `body` while no process of Lessor's lives and no configuration
    /// calls one, and puts everything back.
    pub(super) async fn without_lessor(
        &self,
        body: impl AsyncFnOnce() -> Result<()>,
    ) -> Result<()> {
        let plane = &self.test.plane;
        plane.stop_component(CONTROLLER).await?;
        plane.kill_component(WEBHOOK).await?;
        let outcome = async {
            for configuration in [MUTATING, VALIDATING] {
                self.admin.delete(configuration).await?.object()?;
            }
            // Only the webhook refuses this: once it is admitted, nobody asks any more.
            let reserved = json!({"apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"name": "lessor-x", "namespace": self.name}});
            let passes = async || self.alice.create_dry(&reserved).await?.object().map(drop);
            eventually(SOON, passes).await.context("until nobody is asked")?;
            body().await
        }
        .await;
        plane.start_component(WEBHOOK).await?;
        plane.start_component(CONTROLLER).await?;
        self.lessor.enforcing().await?;
        outcome
    }

    pub(super) async fn stored(&self, path: &str) -> Result<Value> {
        self.admin.get(path).await?.object().with_context(|| path.to_owned())
    }

    /// Path of a namespace.
    pub(super) fn namespace(name: &str) -> String {
        format!("/api/v1/namespaces/{name}")
    }

    /// An object in a namespace.
    pub(super) fn object(version: &str, kind: &str, namespace: &str, name: &str) -> Value {
        let metadata = json!({"name": name, "namespace": namespace});
        json!({"apiVersion": version, "kind": kind, "metadata": metadata})
    }

    /// Nothing of an object was written.
    pub(super) async fn untouched(&self, object: &Value) -> Result<()> {
        let now = self.stored(&path(object)).await?;
        let version = |object: &Value| object["metadata"]["resourceVersion"].clone();
        ensure!(version(&now) == version(object), "it was written: {now}");
        Ok(())
    }
}

/// The refusal that was expected, or what was answered instead.
pub(super) fn refused(answer: &Answer, reason: Reason, what: &str) -> Result<()> {
    answer.denied_by_floor(reason).with_context(|| what.to_owned())
}

/// What had to be allowed.
pub(super) fn allowed(answer: Answer, what: &str) -> Result<Value> {
    answer.object().with_context(|| what.to_owned())
}
