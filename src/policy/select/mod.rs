//! Which policies judge a request.
//!
//! A [`Matcher`] is `spec.match` of a Policy (or the scope of an Exemption),
//! compiled once; a [`Subject`] is what is asked about, borrowed from the request
//! and the snapshot. An [`Index`] over many matchers finds the few that may match
//! by kind and operation, so that the rest cost nothing.
//!
//! - Every field of a match must let the subject through; within a list any
//!   entry will do; an empty list and an absent selector let everything through.
//! - `*` in a list of groups, kinds or subresources is all of them; in names of
//!   namespaces and objects it stands for anything, at either end.
//! - Label selectors are Kubernetes' own: `NotIn` and `DoesNotExist` match where
//!   the key is absent.
//! - Labels of the object are those it will have or those it had: neither taking
//!   a label off nor putting one on escapes a policy.
//! - The object itself is always meant; a subresource only where it is named.
//!
//! Start reading at [`Matcher::matches`].

mod index;
mod kinds;
mod matcher;
mod parents;
mod subject;
#[cfg(test)]
mod tests;

pub use index::Index;
pub use matcher::{Key, Matcher};
pub use subject::Subject;
