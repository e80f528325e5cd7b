//! What an attacker tries, through the public [`super::decide`].
//!
//! A file a chapter of the attack list; each case names its row (`R17`). Every
//! refusal is asserted by reason and field at both endpoints, with and without
//! dry run, and has a twin that is allowed. Start reading at `harness.rs`.
//!
//! Rows that this release's fixed core does not decide, and why:
//! - Rego and its budgets: R30, R31, R39 (those that combine or expire), R87 (policies), R108, R113-R116.
//! - Hostnames, Gateways and routes of other kinds: R23 (beyond Ingress), R24,
//!   R74-R77, R79. Blueprints, broker, proxy: R11, R12, R46, R110, R111.
//! - Image registries: R25 (no registry list in a TenantClass yet).
//! - RBAC and what never reaches admission: R91 and R101-R103 (cluster scope),
//!   R47 (reads). Rules, floor, server, TLS, install: R33-R36, R38, R40 (nothing
//!   stored), R119-R131. Controller: R8, R42, R43, R69, R71, R92, R95, R96, R98,
//!   R109, R112. They are proven where they are decided.

mod access;
mod data;
mod doors;
mod harness;
mod managed;
mod matrix;
mod namespaces;
mod network;
mod pods;
mod policies;
mod properties;
mod retained;
mod services;
mod standards;
mod tenancy;
mod world;
