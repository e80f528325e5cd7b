//! Who is judged: the Pod as a whole and each of its containers.

use super::field::{Field, Item, at};
use serde_json::Value;

/// The three lists, in the order they are visited. Sidecars are init containers
/// and get no exception.
const LISTS: [(&str, &str); 3] = [
    ("initContainers", "spec.initContainers"),
    ("containers", "spec.containers"),
    ("ephemeralContainers", "spec.ephemeralContainers"),
];

/// The parts of a Pod or of a Pod template.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pod<'a> {
    metadata: &'a Value,
    spec: &'a Value,
}

impl<'a> Pod<'a> {
    pub(super) const fn new(metadata: &'a Value, spec: &'a Value) -> Self {
        Self { metadata, spec }
    }

    /// What stands at `path` below `spec`.
    pub(super) fn spec(self, path: &[&str]) -> Field<'a> {
        at(self.spec, path)
    }

    pub(super) fn annotations(self) -> Field<'a> {
        at(self.metadata, &["annotations"])
    }

    /// Every container: init, then regular, then ephemeral.
    pub(super) fn containers(self) -> impl Iterator<Item = Subject<'a>> {
        LISTS.into_iter().flat_map(move |(key, list)| {
            self.spec(&[key]).items().map(move |item| Subject::Container { list, item })
        })
    }

    /// The Pod itself, as the one who sets defaults for its containers.
    pub(super) const fn itself(self) -> Subject<'a> {
        Subject::Pod(self.spec)
    }

    /// The Pod itself, then every container.
    pub(super) fn setters(self) -> impl Iterator<Item = Subject<'a>> {
        std::iter::once(self.itself()).chain(self.containers())
    }

    /// Made for Windows. A name in other letters is not a name.
    pub(super) fn is_windows(self) -> bool {
        self.spec(&["os", "name"]).text() == Some("windows")
    }

    /// Asks for a user namespace of its own, in so many words.
    pub(super) fn has_user_namespace(self) -> bool {
        self.spec(&["hostUsers"]).is_false()
    }
}

/// One who can set a security field. Both kinds have `securityContext`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject<'a> {
    /// The Pod; holds its spec.
    Pod(&'a Value),
    /// A container of `list`, which is the whole path of the list.
    Container { list: &'static str, item: Item<'a> },
}

impl<'a> Subject<'a> {
    pub(super) fn field(self, path: &[&str]) -> Field<'a> {
        match self {
            Self::Pod(spec) => at(spec, path),
            Self::Container { item, .. } => item.field(path),
        }
    }

    /// The path of `field`, from the root of the Pod.
    pub(super) fn path(self, field: &str) -> String {
        match self {
            Self::Pod(_) => format!("spec.{field}"),
            Self::Container { list, item } => item.path(list, field),
        }
    }
}
