//! Rego: load, compile, index, evaluate within a budget.
//!
//! This room is kept for the policy engine. Until it moves in, the fixed core
//! in [`crate::isolation`] alone decides; nothing here pretends otherwise.
