//! Rules about Pods. Pure.
pub mod security;
