//! Collecting who broke a control, and saying so.

use super::containers::Subject;
use super::field::Field;
use super::text::{join_quoted, plural, quoted_list};
use std::collections::BTreeSet;

/// What one control found: a failure without the identifier.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) reason: &'static str,
    pub(super) detail: String,
    pub(super) fields: Vec<String>,
}

/// Everyone who broke one control. Empty, and without any allocation, as long
/// as nobody is blamed.
#[derive(Debug, Default)]
pub(super) struct Offenders {
    pod: bool,
    containers: Vec<String>,
    last: Option<(&'static str, Option<usize>)>,
    values: BTreeSet<String>,
    fields: Vec<String>,
}

impl Offenders {
    /// Blames each of `subjects` whose field at `path` is `bad`, and notes the
    /// field's value.
    pub(super) fn find<'a>(
        subjects: impl Iterator<Item = Subject<'a>>,
        path: &[&str],
        bad: impl Fn(Field<'a>) -> bool,
    ) -> Self {
        let mut found = Self::default();
        for subject in subjects {
            let field = subject.field(path);
            if bad(field) {
                found.blame(subject, &path.join("."));
                found.note(field);
            }
        }
        found
    }

    /// Blames `subject` for `field`. Blamed for several fields in a row, it
    /// still counts once.
    pub(super) fn blame(&mut self, subject: Subject<'_>, field: &str) {
        self.fields.push(subject.path(field));
        match subject {
            Subject::Pod(_) => self.pod = true,
            Subject::Container { list, item } => {
                let place = Some((list, item.index()));
                if self.last != place {
                    self.last = place;
                    self.containers.push(subject.field(&["name"]).describe());
                }
            }
        }
    }

    /// Remembers a value for the message.
    pub(super) fn note(&mut self, value: Field<'_>) {
        self.values.insert(value.describe());
    }

    /// Adds the path of a field that belongs to no subject.
    pub(super) fn add_field(&mut self, path: String) {
        self.fields.push(path);
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub(super) const fn values(&self) -> &BTreeSet<String> {
        &self.values
    }

    /// `container "a"` or `containers "a", "b"`, in visiting order.
    pub(super) fn containers(&self) -> String {
        quoted_list("container", "containers", &self.containers)
    }

    /// The names of the blamed containers, in visiting order.
    pub(super) fn container_names(&self) -> &[String] {
        &self.containers
    }

    /// `uses` or `use`, by the number of containers.
    pub(super) fn uses(&self) -> &'static str {
        plural("uses", "use", self.containers.len())
    }

    /// `pod`, the containers, or both joined by `and`.
    pub(super) fn setters(&self) -> String {
        let mut setters = Vec::new();
        if self.pod {
            setters.push("pod".to_owned());
        }
        if !self.containers.is_empty() {
            setters.push(self.containers());
        }
        setters.join(" and ")
    }

    /// The noted values: unique, sorted, quoted.
    pub(super) fn quoted_values(&self) -> String {
        join_quoted(&self.values)
    }

    /// The finding, if anyone was blamed.
    pub(super) fn finding(
        self,
        reason: &'static str,
        detail: impl FnOnce(&Self) -> String,
    ) -> Option<Finding> {
        if self.is_empty() {
            return None;
        }
        let detail = detail(&self);
        Some(Finding { reason, detail, fields: self.fields })
    }
}
