//! The Pod Security Standards, baseline and restricted, at every version.
//!
//! [`evaluate`] answers which controls a Pod breaks, in the identifiers, the
//! order and the words of Kubernetes' own admission plugin, so that a Pod is
//! refused for the same reason whether Lessor or the API server refuses it.
//! The reference is KEP-2579 and the published standard, versions 1.0 to
//! [`NEWEST_MINOR`]. On top of that come the JSON paths of the fields to change.
//!
//! It never exempts: neither user, namespace nor runtime class is known here.
//! It never decides what is done about a failure, nor reads the Tenant.
//!
//! # Wrong types
//!
//! The API server has typed a Pod before anyone sees it; a file on disk has not
//! been typed. Hence `null` and an absent field are unset, as in the API, and
//! every other value that is not of the field's type **breaks** the control
//! (`privileged: "true"`, `add: NET_ADMIN`, `containers: {}`): nothing that the
//! rules read passes because it could not be understood. A field that relaxes
//! a control (`hostUsers`, `os.name`) counts only when it has its proper type.
//! Where the API would give a zero value, that value is judged: a volume without
//! a source is an `emptyDir`, a `seccompProfile: {}` has the (bad) type `""`.
//!
//! Stricter than the plugin in one place, where the API server would refuse the
//! Pod anyway: a volume with an allowed and a denied source is denied.
//!
//! Start reading at `registry.rs`, the table of controls and their versions;
//! `containers.rs` says who is judged, `field.rs` how a field is read.

mod checks;
mod containers;
mod evaluate;
mod field;
mod labels;
mod message;
mod offenders;
mod registry;
mod standard;
mod text;

#[cfg(test)]
mod tests;

pub use evaluate::{CheckFailure, evaluate, needs_evaluation, same_annotations};
pub use labels::{LabelError, Labels};
pub use message::{violation_message, would_violate_message};
pub use standard::{Level, NEWEST_MINOR, ParseLevelError, ParseVersionError, Version};
