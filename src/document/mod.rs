//! An object as JSON: strict parsing, paths, patches, differences, redaction.
//!
//! Objects are kept as the API server sent them and never decoded into typed
//! structs and back: a field that our types do not know must be seen, not
//! dropped. Pure. Start reading at [`Mutator`] and [`parse`].

mod difference;
mod field_path;
mod mutator;
mod parse;
mod path;
mod redact;

pub use json_patch::{PatchError, PatchOperation};

pub use difference::{Difference, difference};
pub use field_path::{FieldPath, FieldPathError};
pub use mutator::Mutator;
pub use parse::{ParseError, parse};
pub use path::{Field, child, index, pointer_of};
pub use redact::redact;
