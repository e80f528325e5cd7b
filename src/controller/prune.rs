//! Takes away what is not wanted any more.

use super::context::{Context, ReconcileError};
use crate::provision::{Delete, Observed, Wanted, prune};

/// Deletes managed objects that are not wanted any more. Comes before the apply:
/// edges are taken away before edges are added.
pub(super) async fn take_away(
    context: &Context,
    wanted: &Wanted,
    observed: &Observed,
) -> Result<(), ReconcileError> {
    delete_all(context, &prune(wanted, observed)).await
}

/// Deletes objects, each with its UID as precondition.
pub(super) async fn delete_all(
    context: &Context,
    deletes: &[Delete],
) -> Result<(), ReconcileError> {
    for delete in deletes {
        tracing::info!(object = %delete.key, uid = delete.uid, "deleting");
        context.writer.delete(delete).await?;
        context.settled.forget(&delete.key);
    }
    Ok(())
}
