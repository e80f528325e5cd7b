//! Watches that keep the snapshot true.

use std::collections::HashSet;
use std::fmt::Debug;
use std::future::ready;
use std::hash::Hash;

use futures::{Stream, StreamExt as _, TryStreamExt as _};
use k8s_openapi::api::core::v1::{LimitRange, Namespace, Pod, ResourceQuota};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{Api, PartialObjectMeta};
use kube::core::{DeserializeGuard, Resource};
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Event};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use crate::api::{Exemption, Policy, Tenant, TenantClass};
use crate::names;
use crate::snapshot::{Change, ManagedKind, NamespaceView};

use super::policies;
use super::store::ChangeSender;

/// How many watches must have listed once before the snapshot is synced.
const WATCHES: usize = 9;

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
        pump(
            guarded::<Tenant>(&client),
            &changes,
            synced.clone(),
            name,
            |tenant| ready(tenant_change(tenant)),
            Change::NoTenant
        ),
        pump(
            guarded::<TenantClass>(&client),
            &changes,
            synced.clone(),
            name,
            |class| ready(class_change(class)),
            Change::NoClass
        ),
        pump(
            guarded::<Policy>(&client),
            &changes,
            synced.clone(),
            name,
            policies::policy_change,
            Change::NoPolicy
        ),
        pump(
            guarded::<Exemption>(&client),
            &changes,
            synced.clone(),
            name,
            |exemption| ready(policies::exemption_change(exemption)),
            Change::NoExemption
        ),
        pump(
            watcher::watcher(
                Api::<PartialObjectMeta<Namespace>>::all(client.clone()),
                watcher::Config::default()
            ),
            &changes,
            synced.clone(),
            name,
            |namespace| ready(namespace_change(namespace)),
            Change::NoNamespace
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
            key,
            |pod: PartialObjectMeta<Pod>| {
                let (namespace, name) = place(pod.metadata);
                ready(Change::LivePod { namespace, name, exists: true })
            },
            |(namespace, name)| Change::LivePod { namespace, name, exists: false }
        ),
    );
}

fn guarded<K>(
    client: &kube::Client,
) -> impl Stream<Item = watcher::Result<Event<DeserializeGuard<K>>>> + Send
where
    K: Resource<DynamicType = ()> + DeserializeOwned + Clone + Debug + Send + 'static,
{
    let api = Api::<DeserializeGuard<K>>::all(client.clone());
    watcher::watcher(api, watcher::Config::default())
}

/// A Tenant that cannot be read is as good as none: its namespaces become
/// retained, which is closed, and the watch goes on.
fn tenant_change(guarded: DeserializeGuard<Tenant>) -> Change {
    match guarded.0 {
        Ok(tenant) => Change::Tenant(Box::new(tenant)),
        Err(invalid) => {
            let name = invalid.metadata.name.unwrap_or_default();
            tracing::warn!(tenant = %name, error = %invalid.error, "tenant cannot be read");
            Change::NoTenant(name)
        }
    }
}

fn class_change(guarded: DeserializeGuard<TenantClass>) -> Change {
    match guarded.0 {
        Ok(class) => Change::Class(Box::new(class)),
        Err(invalid) => {
            let name = invalid.metadata.name.unwrap_or_default();
            tracing::warn!(class = %name, error = %invalid.error, "class cannot be read");
            Change::NoClass(name)
        }
    }
}

fn namespace_change(namespace: PartialObjectMeta<Namespace>) -> Change {
    let metadata = namespace.metadata;
    Change::Namespace(NamespaceView {
        name: metadata.name.unwrap_or_default(),
        uid: metadata.uid.unwrap_or_default(),
        labels: metadata.labels.unwrap_or_default(),
        given_to: metadata.annotations.unwrap_or_default().remove(names::ADOPT_ANNOTATION),
        terminating: metadata.deletion_timestamp.is_some(),
    })
}

fn name<K: Resource>(object: &K) -> Option<String> {
    object.meta().name.clone()
}

fn key<K: Resource>(object: &K) -> Option<(String, String)> {
    let metadata = object.meta();
    Some((metadata.namespace.clone()?, metadata.name.clone()?))
}

/// Namespace and name of an object that has both.
fn place(metadata: ObjectMeta) -> (String, String) {
    (metadata.namespace.unwrap_or_default(), metadata.name.unwrap_or_default())
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
        key,
        |object: PartialObjectMeta<K>| {
            let (namespace, name) = place(object.metadata);
            ready(Change::Managed { kind, namespace, name, exists: true })
        },
        |(namespace, name)| Change::Managed { kind, namespace, name, exists: false },
    )
    .await;
}

/// Turns the events of one watch into changes. After a relist, what was known
/// and is not there any more is reported as gone.
pub(super) async fn pump<K, Key, Made>(
    events: impl Stream<Item = watcher::Result<Event<K>>>,
    changes: &ChangeSender,
    synced: mpsc::Sender<()>,
    key: impl Fn(&K) -> Option<Key>,
    present: impl Fn(K) -> Made,
    absent: impl Fn(Key) -> Change,
) where
    K: Resource + Clone,
    Key: Eq + Hash + Clone,
    Made: Future<Output = Change>,
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
        let change = match event {
            Err(_) => continue,
            Ok(Event::Init) => {
                relisted.clear();
                continue;
            }
            Ok(Event::InitApply(object)) => {
                let Some(key) = key(&object) else { continue };
                // Known from now on: a list that breaks off is begun anew, and what
                // was in it may be gone by then.
                known.insert(key.clone());
                relisted.insert(key);
                present(object).await
            }
            Ok(Event::InitDone) => {
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
                continue;
            }
            Ok(Event::Apply(object)) => {
                let Some(key) = key(&object) else { continue };
                known.insert(key);
                present(object).await
            }
            Ok(Event::Delete(object)) => {
                let Some(key) = key(&object) else { continue };
                known.remove(&key);
                absent(key)
            }
        };
        if changes.send(change).await.is_err() {
            return;
        }
    }
}
