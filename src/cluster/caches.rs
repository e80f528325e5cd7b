//! Watches that keep the snapshot true.

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;

use futures::{Stream, StreamExt as _, TryStreamExt as _};
use k8s_openapi::api::core::v1::{LimitRange, Namespace, Pod, ResourceQuota};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::api::{Api, PartialObjectMeta};
use kube::core::{DeserializeGuard, Resource};
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Event};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use crate::api::{Tenant, TenantClass};
use crate::names;
use crate::snapshot::{Change, ManagedKind, NamespaceView};

use super::store::ChangeSender;

/// How many watches must have listed once before the snapshot is synced.
const WATCHES: usize = 7;

/// Keeps the snapshot behind `changes` true until the process ends or the
/// writer is gone. Watches reconnect and relist by themselves, with back-off.
pub async fn follow(client: kube::Client, changes: ChangeSender) {
    let (synced, mut filled) = mpsc::channel(WATCHES);
    let managed =
        watcher::Config::default().labels(&format!("{}={}", names::MANAGED_LABEL, names::TRUE));
    let live = watcher::Config::default()
        .labels(names::TENANT_LABEL)
        .fields("status.phase!=Succeeded,status.phase!=Failed");
    let announce = async {
        for _ in 0..WATCHES {
            if filled.recv().await.is_none() {
                return;
            }
        }
        let _ = changes.send(Change::Synced).await;
        tracing::info!("caches are synced");
    };
    tokio::join!(
        announce,
        pump(tenants(client.clone()), &changes, synced.clone(), tenant_change, |name: String| {
            Change::NoTenant(name)
        }),
        pump(classes(client.clone()), &changes, synced.clone(), class_change, |name: String| {
            Change::NoClass(name)
        }),
        pump(
            watcher::watcher(
                Api::<PartialObjectMeta<Namespace>>::all(client.clone()),
                watcher::Config::default()
            ),
            &changes,
            synced.clone(),
            |namespace| Some(namespace_change(namespace)),
            |name: String| Change::NoNamespace(name)
        ),
        managed_pump::<NetworkPolicy>(
            &client,
            managed.clone(),
            &changes,
            synced.clone(),
            ManagedKind::NetworkPolicy
        ),
        managed_pump::<ResourceQuota>(
            &client,
            managed.clone(),
            &changes,
            synced.clone(),
            ManagedKind::ResourceQuota
        ),
        managed_pump::<LimitRange>(
            &client,
            managed,
            &changes,
            synced.clone(),
            ManagedKind::LimitRange
        ),
        pump(
            watcher::watcher(Api::<PartialObjectMeta<Pod>>::all(client.clone()), live),
            &changes,
            synced,
            |pod: PartialObjectMeta<Pod>| {
                let (namespace, name) = key(&pod)?;
                Some((
                    (namespace.clone(), name.clone()),
                    Change::LivePod { namespace, name, exists: true },
                ))
            },
            |(namespace, name)| Change::LivePod { namespace, name, exists: false }
        ),
    );
}

type Guarded<K> = DeserializeGuard<K>;

fn tenants(
    client: kube::Client,
) -> impl Stream<Item = watcher::Result<Event<Guarded<Tenant>>>> + Send {
    watcher::watcher(Api::<Guarded<Tenant>>::all(client), watcher::Config::default())
}

fn classes(
    client: kube::Client,
) -> impl Stream<Item = watcher::Result<Event<Guarded<TenantClass>>>> + Send {
    watcher::watcher(Api::<Guarded<TenantClass>>::all(client), watcher::Config::default())
}

/// A Tenant that cannot be read is as good as none: its namespaces become
/// retained, which is closed, and the watch goes on.
fn tenant_change(guarded: Guarded<Tenant>) -> Option<(String, Change)> {
    match guarded.0 {
        Ok(tenant) => {
            let name = tenant.metadata.name.clone()?;
            Some((name, Change::Tenant(Box::new(tenant))))
        }
        Err(invalid) => {
            let name = invalid.metadata.name?;
            tracing::warn!(tenant = %name, error = %invalid.error, "tenant cannot be read");
            Some((name.clone(), Change::NoTenant(name)))
        }
    }
}

fn class_change(guarded: Guarded<TenantClass>) -> Option<(String, Change)> {
    match guarded.0 {
        Ok(class) => {
            let name = class.metadata.name.clone()?;
            Some((name, Change::Class(Box::new(class))))
        }
        Err(invalid) => {
            let name = invalid.metadata.name?;
            tracing::warn!(class = %name, error = %invalid.error, "class cannot be read");
            Some((name.clone(), Change::NoClass(name)))
        }
    }
}

fn namespace_change(namespace: PartialObjectMeta<Namespace>) -> (String, Change) {
    let metadata = namespace.metadata;
    let name = metadata.name.unwrap_or_default();
    let view = NamespaceView {
        name: name.clone(),
        uid: metadata.uid.unwrap_or_default(),
        labels: metadata.labels.unwrap_or_default(),
        given_to: metadata.annotations.unwrap_or_default().remove(names::ADOPT_ANNOTATION),
        terminating: metadata.deletion_timestamp.is_some(),
    };
    (name, Change::Namespace(view))
}

fn key<K: Resource>(object: &K) -> Option<(String, String)> {
    let metadata = object.meta();
    Some((metadata.namespace.clone()?, metadata.name.clone()?))
}

async fn managed_pump<K>(
    client: &kube::Client,
    config: watcher::Config,
    changes: &ChangeSender,
    synced: mpsc::Sender<()>,
    kind: ManagedKind,
) where
    K: Resource<DynamicType = ()> + DeserializeOwned + Clone + Debug + Send + 'static,
{
    pump(
        watcher::watcher(Api::<PartialObjectMeta<K>>::all(client.clone()), config),
        changes,
        synced,
        |object: PartialObjectMeta<K>| {
            let (namespace, name) = key(&object)?;
            Some((
                (namespace.clone(), name.clone()),
                Change::Managed { kind, namespace, name, exists: true },
            ))
        },
        |(namespace, name)| Change::Managed { kind, namespace, name, exists: false },
    )
    .await;
}

/// Turns the events of one watch into changes. After a relist, what was known
/// and is not there any more is reported as gone.
async fn pump<K, Key>(
    events: impl Stream<Item = watcher::Result<Event<K>>>,
    changes: &ChangeSender,
    synced: mpsc::Sender<()>,
    present: impl Fn(K) -> Option<(Key, Change)>,
    absent: impl Fn(Key) -> Change,
) where
    K: Resource + Clone,
    Key: Eq + Hash + Clone,
{
    let mut known: HashSet<Key> = HashSet::new();
    let mut relisted: HashSet<Key> = HashSet::new();
    let mut synced = Some(synced);
    let mut events = std::pin::pin!(
        events
            .inspect_err(|error| tracing::warn!(%error, kind = std::any::type_name::<K>(), "watch"))
            .default_backoff()
    );
    while let Some(event) = events.next().await {
        let Ok(event) = event else { continue };
        let change = match event {
            Event::Init => {
                relisted.clear();
                None
            }
            Event::InitApply(object) => present(object).map(|(key, change)| {
                // Known from now on: a list that breaks off is begun anew, and what
                // was in it may be gone by then.
                known.insert(key.clone());
                relisted.insert(key);
                change
            }),
            Event::InitDone => {
                let gone: Vec<Key> = known.difference(&relisted).cloned().collect();
                for key in gone {
                    if changes.send(absent(key)).await.is_err() {
                        return;
                    }
                }
                known = std::mem::take(&mut relisted);
                if let Some(synced) = synced.take() {
                    let _ = synced.send(()).await;
                }
                None
            }
            Event::Apply(object) => present(object).map(|(key, change)| {
                known.insert(key);
                change
            }),
            Event::Delete(object) => present(object).map(|(key, _)| {
                known.remove(&key);
                absent(key)
            }),
        };
        if let Some(change) = change
            && changes.send(change).await.is_err()
        {
            return;
        }
    }
}
