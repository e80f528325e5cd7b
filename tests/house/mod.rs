//! The rules of the house: what a reader may rely on in every file, checked by
//! reading the files themselves. Start at `law.rs` for the import law.

mod checks;
mod files;
mod law;
mod paths;
mod source;
mod teeth;

pub(crate) use checks::register;
