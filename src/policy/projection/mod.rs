//! What of a review counts for a policy, and nothing else.
//!
//! A [`Projection`] is a tree of the places that count. It gives the machine a
//! copy of the [`Input`] in which only these are left, and hashes exactly that
//! copy without making it: one walk, two sinks. So what was not hashed could not
//! be read, and a verdict that is remembered under the hash is the verdict.

mod digest;
mod input;
mod tree;
mod values;
mod view;
mod walk;

#[cfg(test)]
mod tests;

use std::fmt;

use regorus::Value as Rego;

pub use digest::HashKey;
pub use input::{Input, Kind, Resource, Review, User};
pub(in crate::policy) use tree::Node;

use view::{Doc, Members};

/// The places of `input` that count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projection {
    root: Node,
}

impl Projection {
    /// Everything: for a program whose reads are not bounded.
    #[must_use]
    pub const fn whole() -> Self {
        Self { root: Node::Whole }
    }

    pub(in crate::policy) const fn new(root: Node) -> Self {
        Self { root }
    }

    /// What counts for any of them: one hash for a set of policies.
    #[must_use]
    pub fn union<'p>(projections: impl IntoIterator<Item = &'p Self>) -> Self {
        let mut root = Node::Present;
        for projection in projections {
            root.join(&projection.root);
        }
        Self { root }
    }

    /// The digest of what counts. The parameters are not in it: they are the
    /// policy's, and their digest is part of a memo's key.
    #[must_use]
    pub fn hash(&self, input: &Input<'_>) -> u128 {
        let doc = Doc::Members(Members::Input { envelope: &input.envelope, parameters: None });
        input.digests.borrow_mut().of(|sink| walk::walk(&self.root, doc, sink))
    }

    /// What counts, as the machine's input. What only has to be present is null.
    #[must_use]
    pub fn project(&self, input: &Input<'_>, parameters: &Rego) -> Rego {
        let envelope = &input.envelope;
        let doc = Doc::Members(Members::Input { envelope, parameters: Some(parameters) });
        walk::walk(&self.root, doc, &mut *input.values.borrow_mut())
    }

    /// Whether anything below this key of `input` counts: `parameters`,
    /// `tenant`, `namespace` or `review`.
    #[must_use]
    pub fn counts(&self, key: &str) -> bool {
        self.root.name(key).is_some()
    }

    /// How many places are named; 1 if everything counts.
    #[must_use]
    pub fn size(&self) -> usize {
        self.root.size()
    }
}

/// One place a line.
impl fmt::Display for Projection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        self.root.describe("input", &mut lines);
        f.write_str(&lines.join("\n"))
    }
}
