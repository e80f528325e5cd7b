//! Usernames of Lessor and of the platform, exactly, as rules need them.

use super::install::Install;
use crate::api::{PlatformController, service_account};
use crate::names;

/// Those that write the status of namespaced objects.
pub(super) const STATUS_WRITERS: [PlatformController; 16] = [
    PlatformController::Deployment,
    PlatformController::ReplicaSet,
    PlatformController::ReplicationController,
    PlatformController::StatefulSet,
    PlatformController::DaemonSet,
    PlatformController::Job,
    PlatformController::CronJob,
    PlatformController::Disruption,
    PlatformController::Autoscaler,
    PlatformController::VolumeBinder,
    PlatformController::VolumeExpander,
    PlatformController::Service,
    PlatformController::ResourceClaim,
    PlatformController::Scheduler,
    PlatformController::ApiServer,
    PlatformController::Cloud,
];

/// Username of Lessor's controller.
#[must_use]
pub fn controller_username(install: &Install) -> String {
    service_account(&install.namespace, names::CONTROLLER_ACCOUNT)
}
