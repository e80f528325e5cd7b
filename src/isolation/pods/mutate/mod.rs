//! What every Pod is given. Only ever adds, with two exceptions: the automatic
//! ServiceAccount token goes, and a pull policy becomes `Always` (the API server
//! has already written its default there, so nobody's wish can be told apart).
//! An explicit value is left alone, for judging to refuse; lists are appended
//! to, never rewritten. Doing it twice changes nothing more. Start reading at
//! [`mutate`].

mod containers;
mod images;
mod labels;
mod placement;
mod pod;
mod secrets;
mod security;
mod token;

use containers::{CREATED, Lists, containers, is_unset};
pub use pod::mutate;

#[cfg(test)]
mod tests;
