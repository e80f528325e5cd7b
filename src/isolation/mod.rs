//! What isolation is. Pure.
pub mod pods;
