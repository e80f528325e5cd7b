//! The map of the house.
pub mod api;
pub mod cluster;
pub mod controller;
pub mod document;
pub mod isolation;
pub mod names;
pub mod provision;
