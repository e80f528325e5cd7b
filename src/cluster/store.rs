//! The published snapshot: readers load it without a lock, one writer replaces it.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, watch};

use crate::snapshot::{Change, Snapshot};

/// Longest time that changes are collected before they are published.
const COALESCE: Duration = Duration::from_millis(10);
/// Changes that may wait for the writer; watches slow down beyond it.
const QUEUE: usize = 4096;

/// The published snapshot. Cheap to clone; all clones see the same.
#[derive(Clone, Debug)]
pub struct SnapshotStore {
    current: Arc<ArcSwap<Snapshot>>,
    published: watch::Sender<u64>,
}

/// Sends changes to the writer.
pub type ChangeSender = mpsc::Sender<Change>;

impl SnapshotStore {
    /// Publishes a snapshot that nobody changes any more.
    #[must_use]
    pub fn fixed(snapshot: Snapshot) -> Self {
        Self {
            current: Arc::new(ArcSwap::from_pointee(snapshot)),
            published: watch::Sender::new(0),
        }
    }

    /// Starts the one writer on the current runtime. It ends when every sender
    /// is dropped.
    #[must_use]
    pub fn followed(initial: Snapshot) -> (Self, ChangeSender) {
        let store = Self::fixed(initial);
        let (sender, mut changes) = mpsc::channel(QUEUE);
        let writer = store.clone();
        tokio::spawn(async move {
            while let Some(first) = changes.recv().await {
                let mut next = Snapshot::clone(&writer.current.load());
                let mut changed = next.apply(first);
                let deadline = tokio::time::Instant::now() + COALESCE;
                while let Ok(Some(change)) = tokio::time::timeout_at(deadline, changes.recv()).await
                {
                    changed |= next.apply(change);
                }
                // Waiters would all decide again, and nothing would be different.
                if !changed {
                    continue;
                }
                writer.current.store(Arc::new(next));
                writer.published.send_modify(|version| *version += 1);
            }
        });
        (store, sender)
    }

    /// The snapshot as of now.
    #[must_use]
    pub fn load(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Tells when another snapshot was published. Subscribe before loading.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.published.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Callers, ClusterFacts};

    #[tokio::test]
    async fn a_change_is_published_and_announced() {
        let snapshot =
            Snapshot::new(ClusterFacts::default(), Callers::of_namespace("lessor-system"));
        let (store, changes) = SnapshotStore::followed(snapshot);
        let mut published = store.subscribe();
        assert!(!store.load().is_synced());
        changes.send(Change::Synced).await.unwrap();
        published.changed().await.unwrap();
        assert!(store.load().is_synced());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_known_already_is_not_announced() {
        let snapshot =
            Snapshot::new(ClusterFacts::default(), Callers::of_namespace("lessor-system"));
        let (store, changes) = SnapshotStore::followed(snapshot);
        let mut published = store.subscribe();
        let pod = |exists| Change::LivePod {
            namespace: "acme".to_owned(),
            name: "web".to_owned(),
            exists,
        };
        for (exists, announced) in [(false, false), (true, true), (true, false), (false, true)] {
            changes.send(pod(exists)).await.unwrap();
            let waited = tokio::time::timeout(COALESCE * 4, published.changed()).await;
            assert_eq!(waited.is_ok(), announced, "{exists}");
            assert_eq!(store.load().live_pods("acme"), usize::from(exists));
        }
    }
}
