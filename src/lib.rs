//! Lessor: an admission webhook, a policy engine and a reconciler that let a
//! company run many single-tenant instances of its application on Kubernetes.
//!
//! This is the map of the house. Each room's doc says what it is for, what it
//! must never do and where to start reading.
//!
//! Pure rooms (no clock, no cluster, no files, no runtime; time, identifiers and
//! limits are arguments):
//!
//! - [`names`]: every label, annotation, object name and reason.
//! - [`api`]: the custom resources, and a Tenant parsed against its class.
//! - [`document`]: an object as JSON: strict parsing, paths, patches, redaction.
//! - [`isolation`]: what isolation is. Both roles ask it, so they cannot disagree.
//! - [`policy`]: the room of the policy engine.
//! - [`snapshot`]: what the webhook knows.
//! - [`rules`]: the one table of what is intercepted, and everything to install.
//! - [`admission`]: a review and a snapshot become an answer.
//! - [`provision`]: a valid Tenant becomes the objects wanted, and a status.
//!
//! Rooms that touch the world:
//!
//! - [`webhook`]: HTTP in front of [`admission`].
//! - [`controller`]: watches, applies, prunes, reports.
//! - [`cluster`]: client, caches, leadership, and the same from files.
//! - [`tls`]: issue, rotate, reload, serve.
//! - [`telemetry`]: logs and metrics.
//! - [`settings`] and [`cli`]: flags, environment, commands.
//!
//! The import law: `names`, `api` and `document` use nobody; `isolation` uses
//! these; `snapshot` and `rules` never use `admission`; `provision` never uses
//! `admission` or `policy`; `controller` and `webhook` never use each other;
//! only `cli` uses everything. A test reads the `use` lines and enforces it.

pub mod admission;
pub mod api;
pub mod cli;
pub mod cluster;
pub mod controller;
pub mod document;
pub mod isolation;
pub mod names;
pub mod policy;
pub mod provision;
pub mod rules;
pub mod settings;
pub mod snapshot;
pub mod telemetry;
pub mod tls;
pub mod webhook;
