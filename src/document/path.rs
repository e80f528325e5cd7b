//! Field paths as Kubernetes writes them, and JSON pointers.

use std::fmt::Write as _;

/// A field path that is built while walking down an object and only rendered
/// when something is found. Cheap: a linked list on the stack.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    parent: Option<&'a Self>,
    segment: Segment<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Segment<'a> {
    Name(&'a str),
    Index(usize),
}

impl<'a> Field<'a> {
    /// The first segment, such as `spec`. May itself be a rendered path.
    #[must_use]
    pub const fn root(name: &'a str) -> Self {
        Self { parent: None, segment: Segment::Name(name) }
    }

    /// A named child.
    #[must_use]
    pub const fn child(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), segment: Segment::Name(name) }
    }

    /// A list element.
    #[must_use]
    pub const fn index(&'a self, index: usize) -> Self {
        Self { parent: Some(self), segment: Segment::Index(index) }
    }

    fn write(&self, out: &mut String) {
        if let Some(parent) = self.parent {
            parent.write(out);
        }
        match self.segment {
            Segment::Name(name) => {
                let joined = child(out, name);
                *out = joined;
            }
            Segment::Index(index) => {
                let _ = write!(out, "[{index}]");
            }
        }
    }
}

impl std::fmt::Display for Field<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = String::new();
        self.write(&mut out);
        f.write_str(&out)
    }
}

/// Appends a named child to a path: `spec` + `type` = `spec.type`; a key that is
/// not an identifier is bracketed: `metadata.labels[a/b]`.
#[must_use]
pub fn child(path: &str, name: &str) -> String {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    match (path.is_empty(), plain || path.is_empty()) {
        (true, _) => name.to_owned(),
        (false, true) => format!("{path}.{name}"),
        (false, false) => format!("{path}[{name}]"),
    }
}

/// Appends a list index to a path: `spec.containers` + 0 = `spec.containers[0]`.
#[must_use]
pub fn index(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}

/// A JSON pointer (RFC 6901) of unescaped tokens.
#[must_use]
pub fn pointer_of(tokens: &[&str]) -> String {
    let mut pointer = String::new();
    for token in tokens {
        pointer.push('/');
        pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_kubernetes_writes_them() {
        let spec = Field::root("spec");
        let list = spec.child("containers");
        let first = list.index(0);
        assert_eq!(first.child("image").to_string(), "spec.containers[0].image");
        let metadata = Field::root("metadata");
        let labels = metadata.child("labels");
        assert_eq!(
            labels.child("lessor.io/tenant").to_string(),
            "metadata.labels[lessor.io/tenant]"
        );
    }

    #[test]
    fn pointers_are_escaped() {
        assert_eq!(pointer_of(&["metadata", "labels", "a/b~c"]), "/metadata/labels/a~1b~0c");
    }
}
