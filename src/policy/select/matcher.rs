//! A match, compiled.

use serde_json::{Map, Value};

use super::kinds::{Kinds, Names};
use super::subject::Subject;
use crate::api::{
    ExemptionSpec, FieldError, Glob, LabelMap, NamedSelector, Operation, PolicyMatch,
    WorkloadSelector,
};
use crate::names::Reason;

/// Which requests a Policy judges, or an Exemption spares.
#[derive(Clone, Debug)]
pub struct Matcher {
    operations: Operations,
    subresources: Names,
    kinds: Box<[Kinds]>,
    tenants: Named,
    classes: Named,
    namespaces: Box<[Glob]>,
    excluded: Box<[Glob]>,
    namespace_labels: Option<WorkloadSelector>,
    labels: Option<(Side, WorkloadSelector)>,
    name: Option<Glob>,
}

/// What an [`super::Index`] finds a matcher by. Conservative: whatever matches
/// has one of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key<'a> {
    /// Operation.
    pub operation: Operation,
    /// Kind, of whatever group; none for every kind.
    pub kind: Option<&'a str>,
}

/// Whose labels a label selector looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// A Policy is not escaped from by a change of labels.
    Either,
    /// An Exemption is for what the object becomes; for what it was only when it goes.
    Outcome,
}

impl Matcher {
    /// Compiles `spec.match` of a Policy.
    ///
    /// # Errors
    /// When a pattern is not one; [`crate::api::validate_policy`] says so earlier
    /// and of all of them.
    pub fn of_policy(matching: &PolicyMatch) -> Result<Self, FieldError> {
        Ok(Self {
            operations: matching.operations.iter().copied().collect(),
            subresources: Names::of(&matching.subresources),
            kinds: matching.kinds.iter().map(Kinds::of).collect(),
            tenants: Named::of(&matching.tenants),
            classes: Named::of(&matching.classes),
            namespaces: globs("spec.match.namespaces", &matching.namespaces)?,
            excluded: globs("spec.match.excludedNamespaces", &matching.excluded_namespaces)?,
            namespace_labels: matching.namespace_selector.clone(),
            labels: matching.label_selector.clone().map(|selector| (Side::Either, selector)),
            name: matching.name.as_deref().map(|n| glob("spec.match.name", n)).transpose()?,
        })
    }

    /// Compiles the scope of an Exemption: every operation, and every
    /// subresource, on what its fields narrow down to. Whether it has expired is
    /// not part of it.
    ///
    /// # Errors
    /// When a pattern is not one.
    pub fn of_exemption(exemption: &ExemptionSpec) -> Result<Self, FieldError> {
        let object = &exemption.object;
        let tenant =
            NamedSelector { names: vec![exemption.tenant.clone()], ..NamedSelector::default() };
        let every = || Kinds { groups: Names::Any, kinds: Names::Any };
        let kinds = if object.kinds.is_empty() {
            Box::from([every()])
        } else {
            object.kinds.iter().map(Kinds::of).collect()
        };
        Ok(Self {
            operations: Operation::ALL.into_iter().collect(),
            subresources: Names::Any,
            kinds,
            tenants: Named::of(&tenant),
            classes: Named::of(&NamedSelector::default()),
            namespaces: globs("spec.namespaces", &exemption.namespaces)?,
            excluded: Box::default(),
            namespace_labels: None,
            labels: object.label_selector.clone().map(|selector| (Side::Outcome, selector)),
            name: object.name.as_deref().map(|n| glob("spec.object.name", n)).transpose()?,
        })
    }

    /// Whether the subject is meant. Cheap things are asked first.
    #[must_use]
    pub fn matches(&self, subject: &Subject<'_>) -> bool {
        self.operations.contains(subject.operation)
            && (subject.subresource.is_empty() || self.subresources.contains(subject.subresource))
            && self.has_kind(subject)
            && self.has_namespace(subject.namespace)
            && self.tenants.contains(subject.tenant, subject.tenant_labels)
            && self.classes.contains(subject.class, subject.class_labels)
            && self.name.as_ref().is_none_or(|name| name.matches(subject.name))
            && self
                .namespace_labels
                .as_ref()
                .is_none_or(|selector| selects(selector, subject.namespace_labels))
            && self.labels.as_ref().is_none_or(|(side, selector)| side.selects(selector, subject))
    }

    fn has_kind(&self, subject: &Subject<'_>) -> bool {
        let is = |group: &str, kind: &str| self.kinds.iter().any(|k| k.contains(group, kind));
        is(subject.group, subject.kind)
            || subject.parent().is_some_and(|(group, kind)| is(group, kind))
    }

    fn has_namespace(&self, namespace: &str) -> bool {
        (self.namespaces.is_empty() || self.namespaces.iter().any(|glob| glob.matches(namespace)))
            && !self.excluded.iter().any(|glob| glob.matches(namespace))
    }

    /// By what an index finds it. A subject that matches has the operation of
    /// one of the keys, and its kind, the kind whose subresource it is, or none.
    pub fn keys(&self) -> impl Iterator<Item = Key<'_>> {
        Operation::ALL
            .into_iter()
            .filter(|operation| self.operations.contains(*operation))
            .flat_map(|operation| {
                self.kinds.iter().flat_map(move |entry| {
                    let (any, listed) = match &entry.kinds {
                        Names::Any => (Some(None), &[][..]),
                        Names::Listed(kinds) => (None, &**kinds),
                    };
                    any.into_iter()
                        .chain(listed.iter().map(|kind| Some(&**kind)))
                        .map(move |kind| Key { operation, kind })
                })
            })
    }
}

impl Side {
    fn selects(self, selector: &WorkloadSelector, subject: &Subject<'_>) -> bool {
        let by = |object: &Value| {
            let labels = labels_of(object);
            selector.matches(|key| labels?.get(key)?.as_str())
        };
        match (self, subject.object, subject.old_object) {
            // What is connected to shows no labels.
            (_, None, None) => selector.matches(|_| None),
            (Self::Either, new, old) => new.is_some_and(by) || old.is_some_and(by),
            (Self::Outcome, Some(object), _) | (Self::Outcome, None, Some(object)) => by(object),
        }
    }
}

fn labels_of(object: &Value) -> Option<&Map<String, Value>> {
    object.get("metadata")?.get("labels")?.as_object()
}

fn selects(selector: &WorkloadSelector, labels: &LabelMap) -> bool {
    selector.matches(|key| labels.get(key).map(String::as_str))
}

fn globs(field: &str, patterns: &[String]) -> Result<Box<[Glob]>, FieldError> {
    patterns
        .iter()
        .enumerate()
        .map(|(i, pattern)| glob(&format!("{field}[{i}]"), pattern))
        .collect()
}

fn glob(field: &str, pattern: &str) -> Result<Glob, FieldError> {
    Glob::parse(pattern).map_err(|error| FieldError {
        field: field.to_owned(),
        reason: Reason::Invalid,
        message: format!("`{pattern}` {error}"),
    })
}

/// Objects by name and labels.
#[derive(Clone, Debug)]
struct Named {
    names: Box<[Box<str>]>,
    labels: Option<WorkloadSelector>,
}

impl Named {
    fn of(selector: &NamedSelector) -> Self {
        Self {
            names: selector.names.iter().map(|name| name.as_str().into()).collect(),
            labels: selector.selector.clone(),
        }
    }

    fn contains(&self, name: &str, labels: &LabelMap) -> bool {
        (self.names.is_empty() || self.names.iter().any(|listed| **listed == *name))
            && self.labels.as_ref().is_none_or(|selector| selects(selector, labels))
    }
}

/// A set of operations.
#[derive(Clone, Copy, Debug, Default)]
struct Operations(u8);

impl Operations {
    const fn contains(self, operation: Operation) -> bool {
        self.0 & (1 << operation as u8) != 0
    }
}

impl FromIterator<Operation> for Operations {
    fn from_iter<I: IntoIterator<Item = Operation>>(operations: I) -> Self {
        Self(operations.into_iter().fold(0, |set, operation| set | 1 << operation as u8))
    }
}
