//! placeholder
mod certificates;
pub use certificates::{KeepOptions, Trust, keep};
