//! Every call of the controller to the API server that is not a watch.

use std::sync::atomic::{AtomicU64, Ordering};

use kube::Client;
use kube::Resource as _;
use kube::api::{
    ApiResource, DeleteParams, DynamicObject, GetParams, ListParams, Patch, PatchParams,
    PostParams, Preconditions, PropagationPolicy, Request,
};
use serde_json::{Value, json};

use crate::names;
use crate::provision::{Change, Delete, Kind, Object, ObjectKey};

/// The one way to the API server: raw objects, one field manager, and a
/// precondition on everything that is not a server-side apply.
pub(super) struct Writer {
    client: Client,
    crash_after: Option<u64>,
    writes: AtomicU64,
}

impl Writer {
    pub(super) const fn new(client: Client, crash_after: Option<u64>) -> Self {
        Self { client, crash_after, writes: AtomicU64::new(0) }
    }

    /// Reads an object; `None` if it does not exist.
    pub(super) async fn get(&self, key: &ObjectKey) -> Result<Option<Value>, kube::Error> {
        let request = request(key).get(&key.name, &GetParams::default()).map_err(built)?;
        absent_is_none(self.client.request(request).await)
    }

    /// Lists a kind in a namespace, everywhere if it is empty.
    pub(super) async fn list(
        &self,
        kind: Kind,
        namespace: &str,
    ) -> Result<Vec<(ObjectKey, Value)>, kube::Error> {
        let path = request(&ObjectKey::new(kind, namespace, ""));
        let request = path.list(&ListParams::default()).map_err(built)?;
        let mut list: Value = self.client.request(request).await?;
        let items = list["items"].as_array_mut().map(std::mem::take).unwrap_or_default();
        Ok(items.into_iter().filter_map(|object| Some((key_of(kind, &object)?, object))).collect())
    }

    /// Server-side apply. The fields are Lessor's own, so conflicts are forced.
    pub(super) async fn apply(&self, object: &Object) -> Result<Value, kube::Error> {
        let params = PatchParams::apply(names::FIELD_MANAGER).force();
        let patch = Patch::Apply(&object.body);
        let request =
            request(&object.key).patch(&object.key.name, &params, &patch).map_err(built)?;
        self.write(self.client.request(request)).await
    }

    /// Creates an object that must not exist yet.
    pub(super) async fn create(&self, object: &Object) -> Result<Value, kube::Error> {
        let body = serde_json::to_vec(&object.body).map_err(kube::Error::SerdeError)?;
        let request = request(&object.key).create(&post(), body).map_err(built)?;
        self.write(self.client.request(request)).await
    }

    /// Replaces an object; `body` carries the resourceVersion it was made from.
    pub(super) async fn replace(
        &self,
        key: &ObjectKey,
        body: &Value,
    ) -> Result<Value, kube::Error> {
        let body = serde_json::to_vec(body).map_err(kube::Error::SerdeError)?;
        let request = request(key).replace(&key.name, &post(), body).map_err(built)?;
        self.write(self.client.request(request)).await
    }

    /// Changes a workload by a merge patch that carries its own preconditions.
    pub(super) async fn change(&self, change: &Change) -> Result<Value, kube::Error> {
        let key = &change.key;
        let request =
            request(key).patch(&key.name, &merge(), &Patch::Merge(&change.patch)).map_err(built)?;
        self.write(self.client.request(request)).await
    }

    /// Deletes the object with this very UID, its dependants after it. One that
    /// is gone already is fine; a newer one of the name is a conflict.
    pub(super) async fn delete(&self, delete: &Delete) -> Result<(), kube::Error> {
        let params = DeleteParams {
            propagation_policy: Some(PropagationPolicy::Background),
            preconditions: Some(Preconditions {
                uid: Some(delete.uid.clone()),
                resource_version: None,
            }),
            ..DeleteParams::default()
        };
        let request = request(&delete.key).delete(&delete.key.name, &params).map_err(built)?;
        absent_is_none(self.write(self.client.request(request)).await).map(|_| ())
    }

    /// Changes a Tenant by a merge patch, or its status; either carries the
    /// resourceVersion it was made from.
    pub(super) async fn patch_tenant(
        &self,
        name: &str,
        subresource: Option<&str>,
        patch: &Value,
    ) -> Result<Value, kube::Error> {
        let request = Request::new(crate::api::Tenant::url_path(&(), None));
        let patch = Patch::Merge(patch);
        let request = match subresource {
            Some(part) => request.patch_subresource(part, name, &merge(), &patch),
            None => request.patch(name, &merge(), &patch),
        };
        self.write(self.client.request(request.map_err(built)?)).await
    }

    /// Asks for a create that is never stored, as another user.
    pub(super) async fn dry_run_as(
        &self,
        user: &str,
        object: &Object,
    ) -> Result<Value, kube::Error> {
        let body = serde_json::to_vec(&object.body).map_err(kube::Error::SerdeError)?;
        let params = PostParams { dry_run: true, ..PostParams::default() };
        let mut request = request(&object.key).create(&params, body).map_err(built)?;
        if let Ok(user) = user.parse() {
            request.headers_mut().insert("impersonate-user", user);
        }
        self.client.request(request).await
    }

    /// Awaits the answer to a write and counts it.
    async fn write(
        &self,
        answer: impl Future<Output = Result<Value, kube::Error>>,
    ) -> Result<Value, kube::Error> {
        let answer = answer.await;
        let writes = self.writes.fetch_add(1, Ordering::SeqCst) + 1;
        if self.crash_after == Some(writes) {
            tracing::error!(writes, "told to die after this write");
            std::process::exit(names::CRASH_EXIT_STATUS);
        }
        answer
    }
}

/// The API resource of a kind.
pub(super) fn resource(kind: Kind) -> ApiResource {
    ApiResource {
        group: kind.group().to_owned(),
        version: "v1".to_owned(),
        api_version: kind.api_version(),
        kind: kind.name().to_owned(),
        plural: kind.plural(),
    }
}

/// The key of an object of a kind.
pub(super) fn key_of(kind: Kind, object: &Value) -> Option<ObjectKey> {
    let metadata = &object["metadata"];
    let namespace = metadata["namespace"].as_str().unwrap_or_default();
    Some(ObjectKey::new(kind, namespace, metadata["name"].as_str()?))
}

fn request(key: &ObjectKey) -> Request {
    let namespace = Some(key.namespace.as_str()).filter(|namespace| !namespace.is_empty());
    Request::new(DynamicObject::url_path(&resource(key.kind), namespace))
}

fn post() -> PostParams {
    PostParams { field_manager: Some(names::FIELD_MANAGER.to_owned()), ..PostParams::default() }
}

fn merge() -> PatchParams {
    PatchParams { field_manager: Some(names::FIELD_MANAGER.to_owned()), ..PatchParams::default() }
}

fn built(error: kube::core::request::Error) -> kube::Error {
    kube::Error::BuildRequest(error)
}

fn absent_is_none(answer: Result<Value, kube::Error>) -> Result<Option<Value>, kube::Error> {
    match answer {
        Err(kube::Error::Api(status)) if status.is_not_found() => Ok(None),
        answer => answer.map(Some),
    }
}

/// A merge patch of an object's metadata or status with the resourceVersion in it.
pub(super) fn with_version(resource_version: Option<&str>, mut patch: Value) -> Value {
    patch["metadata"]["resourceVersion"] = json!(resource_version);
    patch
}
