//! The map of the house.
pub mod isolation;
pub mod names;
