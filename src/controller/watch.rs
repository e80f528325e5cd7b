//! What is watched, and which Tenant each event concerns. The one file that
//! knows kube's stream utilities.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::{Stream, StreamExt as _};
use kube::api::{ApiResource, DynamicObject};
use kube::core::DeserializeGuard;
use kube::runtime::reflector::{ObjectRef, Store, store};
use kube::runtime::watcher::{self, Event, watcher};
use kube::runtime::{WatchStreamExt as _, predicates};
use kube::{Api, Client};
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;

use super::backoff::Backoff;
use super::cache::Cache;
use super::writer::resource;
use crate::api::{Tenant, TenantClass};
use crate::names;
use crate::provision::Kind;

/// A Tenant, or why it could not be read: one that is broken must not stop the
/// watch of the others.
pub(super) type Guarded = DeserializeGuard<Tenant>;

/// What the watches have seen, beside Tenants.
#[derive(Debug)]
pub(super) struct Caches {
    /// Namespaces with a Tenant's label.
    pub(super) namespaces: Cache,
    /// Managed objects, by kind in the order of [`Kind::MANAGED`].
    pub(super) managed: [Cache; Kind::MANAGED.len()],
    /// ServiceAccounts named `default`.
    pub(super) accounts: Cache,
    /// Secrets of the secret source namespace.
    pub(super) sources: Cache,
    /// Every `TenantClass`.
    pub(super) classes: Cache,
}

impl Caches {
    pub(super) fn new() -> Self {
        let of = |kind: Kind| Cache::new(&kind.api_version(), kind.name());
        Self {
            namespaces: of(Kind::Namespace),
            managed: Kind::MANAGED.map(of),
            accounts: of(Kind::ServiceAccount),
            sources: of(Kind::Secret),
            classes: Cache::new("lessor.io/v1", "TenantClass"),
        }
    }

    /// Waits until every kind was listed once.
    pub(super) async fn synced(&self) {
        let Self { namespaces, managed, accounts, sources, classes } = self;
        for cache in managed.iter().chain([namespaces, accounts, sources, classes]) {
            cache.synced().await;
        }
    }
}

/// Whom an event of a watch concerns.
#[derive(Clone, Copy)]
enum Concerns {
    /// The Tenant that the object's label names, and the one that has its namespace.
    Owner,
    /// Tenants that distribute the Secret.
    Readers,
    /// Tenants of the class.
    Members,
}

/// Starts every watch but the one of Tenants. A task ends only when the channel does.
pub(super) fn spawn(
    tasks: &mut JoinSet<()>,
    client: &Client,
    source_namespace: &str,
    caches: &Arc<Caches>,
    tenants: &Store<Guarded>,
    sender: &UnboundedSender<ObjectRef<Guarded>>,
) {
    let mut start = |api: Api<DynamicObject>,
                     config: watcher::Config,
                     pick: fn(&Caches) -> Vec<&Cache>,
                     index: usize,
                     concerns: Concerns| {
        let (caches, tenants, sender) = (Arc::clone(caches), tenants.clone(), sender.clone());
        tasks.spawn(async move {
            let mut events = watcher(api, config).default_backoff().boxed();
            while let Some(event) = events.next().await {
                let event = match event {
                    Ok(event) => event,
                    Err(error) => {
                        tracing::warn!(%error, "a watch failed and is started again");
                        continue;
                    }
                };
                let Some(touched) = pick(&caches).get(index).map(|cache| cache.take(event)) else {
                    return;
                };
                for name in concerned(&touched, concerns, &caches, &tenants) {
                    if sender.send(ObjectRef::new(&name)).is_err() {
                        return;
                    }
                }
            }
        });
    };
    let all = |resource: &ApiResource| Api::<DynamicObject>::all_with(client.clone(), resource);
    let labelled = |selector: &str| watcher::Config::default().labels(selector);
    let managed = format!("{}={}", names::MANAGED_LABEL, names::TRUE);
    for (index, kind) in Kind::MANAGED.into_iter().enumerate() {
        let api = all(&resource(kind));
        start(api, labelled(&managed), |c| c.managed.iter().collect(), index, Concerns::Owner);
    }
    let namespaces = all(&resource(Kind::Namespace));
    let config = labelled(names::TENANT_LABEL);
    start(namespaces, config, |c| vec![&c.namespaces], 0, Concerns::Owner);
    let accounts = all(&resource(Kind::ServiceAccount));
    let config = watcher::Config::default().fields("metadata.name=default");
    start(accounts, config, |c| vec![&c.accounts], 0, Concerns::Owner);
    let sources = Api::namespaced_with(client.clone(), source_namespace, &resource(Kind::Secret));
    let config = watcher::Config::default();
    start(sources, config, |c| vec![&c.sources], 0, Concerns::Readers);
    let classes = all(&ApiResource::erase::<TenantClass>(&()));
    let config = watcher::Config::default();
    start(classes, config, |c| vec![&c.classes], 0, Concerns::Members);
}

fn concerned(
    touched: &[Arc<Value>],
    concerns: Concerns,
    caches: &Caches,
    tenants: &Store<Guarded>,
) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for object in touched {
        let metadata = &object["metadata"];
        let text = |field: &str| metadata[field].as_str().unwrap_or_default();
        let mut of_tenants = |wanted: &dyn Fn(&Tenant) -> bool| {
            for tenant in tenants.state() {
                if let Ok(tenant) = &tenant.0
                    && wanted(tenant)
                {
                    names.extend(tenant.metadata.name.clone());
                }
            }
        };
        match concerns {
            Concerns::Readers => {
                let name = text("name");
                of_tenants(&|tenant| tenant.spec.secrets.iter().any(|s| s.from.secret == name));
            }
            Concerns::Members => {
                let name = text("name");
                of_tenants(&|tenant| tenant.spec.class == name);
            }
            Concerns::Owner => {
                let owner = |object: &Value| {
                    object["metadata"]["labels"][names::TENANT_LABEL].as_str().map(str::to_owned)
                };
                names.extend(owner(object));
                let namespace = caches.namespaces.get("", text("namespace"));
                names.extend(namespace.and_then(|namespace| owner(&namespace)));
            }
        }
    }
    names
}

/// The watch of Tenants: a store, and a stream of those whose spec, finalizers
/// or deletion changed. A Tenant that is gone is forgotten.
pub(super) fn tenants(
    client: &Client,
    backoff: Arc<Backoff>,
) -> (Store<Guarded>, impl Stream<Item = Result<Guarded, watcher::Error>> + Send + 'static) {
    use kube::runtime::Predicate as _;
    use predicates as on;
    let (reader, writer) = store::<Guarded>();
    let api: Api<Guarded> = Api::all(client.clone());
    let stream = watcher(api, watcher::Config::default())
        .default_backoff()
        .reflect(writer)
        .inspect(move |event| {
            if let Ok(Event::Delete(tenant)) = event
                && let Some(name) = kube::Resource::meta(tenant).name.as_deref()
            {
                backoff.forget(name);
            }
        })
        .applied_objects()
        .predicate_filter(
            on::generation.combine(on::finalizers),
            kube::runtime::PredicateConfig::default(),
        );
    (reader, stream)
}
