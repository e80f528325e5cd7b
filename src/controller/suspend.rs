//! Scales a Tenant's workloads to zero, and back.

use super::context::{Context, ReconcileError};
use crate::api::ValidTenant;
use crate::provision::{
    AppliedNamespace, Kind, Mode, Observed, Suspension, needs_suspension_pass, plan,
};

/// Suspends or resumes. Workloads are listed only while a Tenant is suspended or
/// not yet known to be resumed; a steady Tenant costs nothing.
pub(super) async fn suspend(
    context: &Context,
    tenant: &ValidTenant,
    observed: &Observed,
    namespaces: &[AppliedNamespace],
) -> Result<Suspension, ReconcileError> {
    if !needs_suspension_pass(tenant.suspended, &observed.previous) {
        return Ok(Suspension::Off);
    }
    let mut workloads = Vec::new();
    for namespace in namespaces {
        if namespace.uid.is_none() || namespace.mode != Mode::Active {
            continue;
        }
        for kind in Kind::SUSPENDABLE {
            workloads.extend(context.writer.list(kind, &namespace.name).await?);
        }
    }
    let plan = plan(tenant.suspended, &workloads);
    for change in &plan.changes {
        tracing::info!(object = %change.key, suspended = tenant.suspended, "scaling");
        match context.writer.change(change).await.map_err(ReconcileError::from) {
            Ok(_) => {}
            Err(ReconcileError::Refused(error)) => {
                return Ok(Suspension::Failed(format!("{}: {error}", change.key)));
            }
            Err(error) => return Err(error),
        }
    }
    if tenant.suspended {
        Ok(Suspension::On { bare_pods: plan.bare_pods })
    } else {
        Ok(Suspension::Off)
    }
}
