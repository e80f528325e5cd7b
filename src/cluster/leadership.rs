//! One leader at a time.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;
use kube::{Api, Client};
use kube_lease_manager::{LeaseManager, LeaseManagerBuilder, LeaseManagerError};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a lease holds without renewal, in seconds: the longest time without
/// a leader after one has died.
const LEASE_SECONDS: u64 = 15;
/// How long before its end a lease is renewed, in seconds.
const GRACE_SECONDS: u64 = 5;
/// How often the leader looks at the lease itself.
const CONFIRM_EVERY: Duration = Duration::from_secs(5);
/// Without a look at the lease for this long, somebody else may lead.
const CONFIRMED_FOR: Duration = Duration::from_secs(LEASE_SECONDS - 2);
/// How often one that waits looks whether the lease was given back.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long a released lease may take to be written back.
const RELEASE_WITHIN: Duration = Duration::from_secs(3);

/// Why leadership could not be sought.
#[derive(Debug, thiserror::Error)]
pub enum LeadershipError {
    /// The lease could not be read or created.
    #[error("the lease could not be read or created")]
    Lease(#[source] LeaseManagerError),
}

/// Leadership over a named lease, held until it is lost, released or dropped.
///
/// # Guarantees
/// [`Leadership::lost`] returns at the latest when the lease could not be seen
/// in this process's name for 13 of its 15 seconds, also if the renewing task
/// only meets errors. The lease is no fence: writes also carry UID or
/// resourceVersion preconditions.
#[derive(Debug)]
pub struct Leadership {
    leads: watch::Receiver<bool>,
    task: JoinHandle<Result<LeaseManager, LeaseManagerError>>,
    leases: Api<Lease>,
    name: String,
    identity: String,
}

impl Leadership {
    /// Waits until this process leads; `None` if the shutdown came first.
    ///
    /// # Errors
    /// If the lease can be neither read nor created.
    pub async fn acquire(
        client: Client,
        namespace: &str,
        name: &str,
        identity: &str,
        shutdown: &CancellationToken,
    ) -> Result<Option<Self>, LeadershipError> {
        tracing::info!(lease = name, identity, "waiting for leadership");
        loop {
            let mut leadership = Self::seek(client.clone(), namespace, name, identity).await?;
            let leases = leadership.leases.clone();
            let won = tokio::select! {
                () = shutdown.cancelled() => Some(false),
                won = leadership.leads.wait_for(|leads| *leads) => Some(won.is_ok()),
                () = given_back(&leases, name) => None,
            };
            match won {
                Some(true) => {
                    tracing::info!(lease = name, identity, "leading");
                    return Ok(Some(leadership));
                }
                Some(false) => {
                    leadership.release().await;
                    return Ok(None);
                }
                // The manager sleeps to the end of the lease that it has seen. A
                // new one looks first, and finds it free.
                None => leadership.task.abort(),
            }
        }
    }

    async fn seek(
        client: Client,
        namespace: &str,
        name: &str,
        identity: &str,
    ) -> Result<Self, LeadershipError> {
        let manager = LeaseManagerBuilder::new(client.clone(), name)
            .with_namespace(namespace)
            .with_identity(identity)
            .with_duration(LEASE_SECONDS)
            .with_grace(GRACE_SECONDS)
            .build()
            .await
            .map_err(LeadershipError::Lease)?;
        let (leads, task) = manager.watch().await;
        Ok(Self {
            leads,
            task,
            leases: Api::namespaced(client, namespace),
            name: name.to_owned(),
            identity: identity.to_owned(),
        })
    }

    /// Returns when this process must not act as the leader any more.
    pub async fn lost(&mut self) {
        let mut confirmed = Instant::now();
        let mut tick = tokio::time::interval(CONFIRM_EVERY);
        loop {
            tokio::select! {
                changed = self.leads.changed() => {
                    if changed.is_err() || !*self.leads.borrow_and_update() {
                        return;
                    }
                }
                _ = tick.tick() => {
                    let look = tokio::time::timeout(CONFIRM_EVERY, self.leases.get(&self.name));
                    match look.await {
                        Ok(Ok(lease)) if self.is_held(&lease) => confirmed = Instant::now(),
                        Ok(Ok(_)) => return,
                        Ok(Err(_)) | Err(_) if confirmed.elapsed() > CONFIRMED_FOR => return,
                        Ok(Err(error)) => {
                            tracing::warn!(error = %error, "the lease could not be read");
                        }
                        Err(_) => tracing::warn!("the lease could not be read in time"),
                    }
                }
            }
        }
    }

    fn is_held(&self, lease: &Lease) -> bool {
        let spec = lease.spec.as_ref();
        spec.and_then(|spec| spec.holder_identity.as_deref()) == Some(self.identity.as_str())
    }

    /// Gives the lease back, so that the next leader need not wait for its end.
    pub async fn release(self) {
        let Self { leads, task, .. } = self;
        drop(leads);
        if tokio::time::timeout(RELEASE_WITHIN, task).await.is_err() {
            tracing::warn!("the lease was not given back in time");
        }
    }
}

/// Returns when nobody holds the lease, which is when its holder has stopped in
/// order.
async fn given_back(leases: &Api<Lease>, name: &str) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if let Ok(lease) = leases.get(name).await {
            let holder = lease.spec.and_then(|spec| spec.holder_identity);
            if holder.is_none_or(|holder| holder.is_empty()) {
                return;
            }
        }
    }
}
