//! The controls, one file a family. Each takes a Pod and returns what it found.

mod annotations;
pub(super) mod apparmor;
pub(super) mod capabilities;
pub(super) mod host;
pub(super) mod identity;
mod inherited;
pub(super) mod privilege;
mod profile;
pub(super) mod seccomp;
pub(super) mod selinux;
pub(super) mod sysctls;
pub(super) mod volumes;
