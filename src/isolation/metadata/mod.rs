//! Rules about the metadata of any object in a tenant's namespace, and the
//! guard of the objects that the controller owns.
//!
//! Labels are for selecting, never for trusting: what carries meaning here can
//! only be written by Lessor, by every write door, also while an object is
//! being deleted (CVE-2023-34091). Never looks at `spec`. Start reading at
//! [`judge`], then [`judge_managed`].

mod annotations;
mod identity;
mod judge;
mod keys;
mod managed;
mod references;

pub use identity::identity_labels;
pub use judge::judge;
pub use keys::judge_template;
pub use managed::{NamespaceState, judge_managed};

#[cfg(test)]
mod tests;
