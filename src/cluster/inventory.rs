//! Watches of the objects that policies read.

use std::collections::{BTreeMap, BTreeSet};
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use kube::api::{Api, ApiResource, DynamicObject};
use kube::core::GroupVersionKind;
use kube::discovery;
use kube::runtime::watcher;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use super::caches::pump;
use super::store::{ChangeSender, SnapshotStore};
use crate::policy::{KindKey, kept_fields};
use crate::snapshot::Change;

/// Between two tries to find a kind that the API server does not serve (yet).
const RETRY: Duration = Duration::from_secs(10);

/// Keeps the objects that policies read: one watch a kind, begun when a policy
/// asks for it and ended when none does. A kind that cannot be listed holds up
/// the policies that read it, nothing else.
pub async fn follow(client: kube::Client, store: SnapshotStore, changes: ChangeSender) {
    let mut published = store.subscribe();
    let mut watches = JoinSet::new();
    let mut running: BTreeMap<KindKey, (BTreeSet<String>, AbortHandle)> = BTreeMap::new();
    loop {
        let snapshot = store.load();
        let wanted = &snapshot.inventory().wanted().kinds;
        running.retain(|kind, (fields, watch)| {
            let keep = wanted.get(kind) == Some(fields);
            if !keep {
                watch.abort();
            }
            keep
        });
        for (kind, fields) in wanted {
            if !running.contains_key(kind) {
                let watch = watch(client.clone(), kind.clone(), fields.clone(), changes.clone());
                running.insert(kind.clone(), (fields.clone(), watches.spawn(watch)));
            }
        }
        drop(snapshot);
        tokio::select! {
            changed = published.changed() => if changed.is_err() { return },
            // Ended watches are only collected: they were told to.
            Some(_) = watches.join_next() => {}
        }
    }
}

async fn watch(
    client: kube::Client,
    kind: KindKey,
    fields: BTreeSet<String>,
    changes: ChangeSender,
) {
    let resource = loop {
        match resource(&client, &kind).await {
            Ok(resource) => break resource,
            Err(error) => {
                tracing::warn!(?kind, %error, "policies read a kind that is not served");
                tokio::time::sleep(RETRY).await;
            }
        }
    };
    let kind = Arc::new(kind);
    let (synced, mut filled) = mpsc::channel(1);
    let announce = async {
        if filled.recv().await.is_some() {
            let kind = KindKey::clone(&kind);
            let _ = changes.send(Change::InventorySynced { kind, synced: true }).await;
        }
    };
    let change = |namespace: String, name: String, fields| Change::Inventory {
        kind: KindKey::clone(&kind),
        namespace,
        name,
        fields,
    };
    let objects = Api::<DynamicObject>::all_with(client, &resource);
    let pump = pump(
        watcher::watcher(objects, watcher::Config::default()),
        &changes,
        synced,
        |object: &DynamicObject| {
            let metadata = &object.metadata;
            Some((metadata.namespace.clone()?, metadata.name.clone()?))
        },
        |object: DynamicObject| {
            let namespace = object.metadata.namespace.clone().unwrap_or_default();
            let name = object.metadata.name.clone().unwrap_or_default();
            // What was just read as JSON is JSON.
            let document = serde_json::to_value(&object).unwrap_or_default();
            ready(change(namespace, name, Some(Box::new(kept_fields(&document, &fields)))))
        },
        |(namespace, name)| change(namespace, name, None),
    );
    tokio::join!(announce, pump);
}

/// How the API server calls the kind.
async fn resource(client: &kube::Client, kind: &KindKey) -> kube::Result<ApiResource> {
    let kind = GroupVersionKind::gvk(&kind.group, &kind.version, &kind.kind);
    discovery::pinned_kind(client, &kind).await.map(|(resource, _)| resource)
}
