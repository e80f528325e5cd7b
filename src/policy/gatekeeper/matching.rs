//! `spec.match` of a constraint.
//!
//! The rules are those of Gatekeeper's `pkg/mutation/match` and `pkg/target`:
//! every criterion that is given must hold for the same object; one that is
//! absent or empty holds for all. The object's own `apiVersion`, `kind` and
//! `metadata` are looked at, never what the request says about them.

use serde_json::Value;

use super::document::{FieldProblem, strings};
use super::glob::Glob;
use super::object::{Gvk, generate_name, labels, name, namespace};
use super::selector;
use crate::api::WorkloadSelector;
use crate::document::{child, index};

/// How an object came to be judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Origin {
    /// It is what somebody asked for.
    #[default]
    Original,
    /// An ExpansionTemplate derived it from a workload.
    Generated,
}

/// `spec.match.source`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Source {
    /// Either.
    #[default]
    All,
    /// Only objects of that origin.
    Only(Origin),
}

/// `spec.match.scope`. Any other text, such as `cluster`, means all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `*`, the default.
    #[default]
    All,
    /// Objects without a namespace, and Namespaces.
    Cluster,
    /// Objects in a namespace, except Namespaces.
    Namespaced,
}

/// One entry of `spec.match.kinds`: both lists must name the object's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    /// API groups; empty or with `*`: all.
    pub groups: Vec<String>,
    /// Kinds; empty or with `*`: all.
    pub kinds: Vec<String>,
}

/// `spec.match`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Match {
    /// One of these must name the object's group and kind.
    pub kinds: Vec<Kinds>,
    /// Whether the object has a namespace.
    pub scope: Scope,
    /// One of these must match the namespace. A Namespace is its own; other
    /// objects without a namespace always match.
    pub namespaces: Vec<Glob>,
    /// None of these may match the namespace, with the same exceptions.
    pub excluded_namespaces: Vec<Glob>,
    /// The object's labels.
    pub label_selector: Option<WorkloadSelector>,
    /// The labels of the object's namespace. A Namespace is asked for its own
    /// labels; other objects without a namespace always match.
    pub namespace_selector: Option<WorkloadSelector>,
    /// `metadata.name` or, for a prefix or infix, `metadata.generateName`.
    pub name: Option<Glob>,
    /// How the object came to be judged.
    pub source: Source,
}

/// What is matched: an object before and after, either may be absent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subject<'a> {
    /// `object` of the review; null counts as absent.
    pub object: Option<&'a Value>,
    /// `oldObject` of the review; null counts as absent.
    pub old: Option<&'a Value>,
    /// The Namespace object of the review's namespace, if it is known.
    pub namespace: Option<&'a Value>,
    /// How the object came to be judged.
    pub origin: Origin,
}

/// Why it cannot be said whether a constraint matches. Gatekeeper then counts
/// the constraint as violated, with this text as the message (autoreject).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatchError {
    /// The review holds neither an object nor an old one.
    #[error(
        "unable to match constraints: invalid request object: \
         neither object nor old object are defined"
    )]
    NoObject,
    /// A `namespaceSelector` and a namespaced object, but no Namespace to ask.
    #[error(
        "unable to match constraints: error matching the requested object: {name} :failed to \
         run Match criteria: namespace selector for namespace-scoped object but missing Namespace"
    )]
    NamespaceUnknown {
        /// Name of the object.
        name: String,
    },
}

impl Match {
    /// Whether the object after or the object before matches.
    ///
    /// # Errors
    /// [`MatchError`] if that cannot be known.
    pub fn matches(&self, subject: &Subject<'_>) -> Result<bool, MatchError> {
        let there = |object: Option<&Value>| !object.is_none_or(Value::is_null);
        if !there(subject.object) && !there(subject.old) {
            return Err(MatchError::NoObject);
        }
        for object in [subject.object, subject.old].into_iter().flatten() {
            if !object.is_null() && self.matches_object(object, subject)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn matches_object(&self, object: &Value, subject: &Subject<'_>) -> Result<bool, MatchError> {
        let gvk = Gvk::of(object);
        let place = Place::of(object, gvk, subject.namespace);
        let quick = self.kinds_match(gvk)
            && self.scope_matches(&place)
            && self.namespaces_match(&place)
            && self.label_selector.as_ref().is_none_or(|s| selector::selects(s, labels(object)));
        if !quick || !self.namespace_selector_matches(object, &place, subject)? {
            return Ok(false);
        }
        let named = |glob: &Glob| {
            glob.matches(name(object)) || glob.matches_generate_name(generate_name(object))
        };
        let origin = match self.source {
            Source::All => true,
            Source::Only(origin) => origin == subject.origin,
        };
        Ok(self.name.as_ref().is_none_or(named) && origin)
    }

    fn kinds_match(&self, gvk: Gvk<'_>) -> bool {
        let lists = |list: &[String], wanted: &str| {
            list.is_empty() || list.iter().any(|text| text == "*" || text == wanted)
        };
        let covers = |k: &Kinds| lists(&k.kinds, gvk.kind) && lists(&k.groups, gvk.group);
        self.kinds.is_empty() || self.kinds.iter().any(covers)
    }

    const fn scope_matches(&self, place: &Place<'_>) -> bool {
        match self.scope {
            Scope::All => true,
            Scope::Cluster => place.is_namespace || !place.has_namespace,
            Scope::Namespaced => !place.is_namespace && place.has_namespace,
        }
    }

    fn namespaces_match(&self, place: &Place<'_>) -> bool {
        let Some(namespace) = place.namespace else { return true };
        let any = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(namespace));
        (self.namespaces.is_empty() || any(&self.namespaces)) && !any(&self.excluded_namespaces)
    }

    fn namespace_selector_matches(
        &self,
        object: &Value,
        place: &Place<'_>,
        subject: &Subject<'_>,
    ) -> Result<bool, MatchError> {
        let Some(wanted) = &self.namespace_selector else { return Ok(true) };
        if place.is_namespace {
            return Ok(selector::selects(wanted, labels(object)));
        }
        match subject.namespace {
            Some(namespace) => Ok(selector::selects(wanted, labels(namespace))),
            None if !place.has_namespace => Ok(true),
            None => Err(MatchError::NamespaceUnknown { name: name(object).to_owned() }),
        }
    }
}

/// Where an object is.
struct Place<'a> {
    is_namespace: bool,
    has_namespace: bool,
    /// The namespace that globs are compared with: a Namespace's own name, then
    /// the known Namespace's, then what the object declares.
    namespace: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of(object: &'a Value, gvk: Gvk<'_>, known: Option<&'a Value>) -> Self {
        let declared = Some(namespace(object)).filter(|text| !text.is_empty());
        let is_namespace = gvk.is_namespace();
        let of_itself = is_namespace.then(|| name(object));
        Self {
            is_namespace,
            has_namespace: declared.is_some() || known.is_some(),
            namespace: of_itself.or_else(|| known.map(name)).or(declared),
        }
    }
}

/// Reads `spec.match` at `field`.
pub(super) fn parse(value: &Value, field: &str) -> Result<Match, FieldProblem> {
    let Value::Object(fields) = value else {
        return Err(FieldProblem::type_mismatch(field, "an object", value));
    };
    let at = |key: &str| child(field, key);
    let text = |key: &str| match fields.get(key) {
        None => Ok(""),
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(other) => Err(FieldProblem::type_mismatch(&at(key), "a string", other)),
    };
    let selector = |key: &str| match fields.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => selector::parse(value, &at(key)).map(Some),
    };
    let name = text("name")?;
    Ok(Match {
        kinds: kinds(fields.get("kinds"), &at("kinds"))?,
        scope: match text("scope")? {
            "Cluster" => Scope::Cluster,
            "Namespaced" => Scope::Namespaced,
            _ => Scope::All,
        },
        namespaces: globs(fields.get("namespaces"), &at("namespaces"))?,
        excluded_namespaces: globs(fields.get("excludedNamespaces"), &at("excludedNamespaces"))?,
        label_selector: selector("labelSelector")?,
        namespace_selector: selector("namespaceSelector")?,
        name: if name.is_empty() { None } else { Some(glob(name, &at("name"))?) },
        source: match text("source")? {
            "" | "All" => Source::All,
            "Original" => Source::Only(Origin::Original),
            "Generated" => Source::Only(Origin::Generated),
            other => {
                let message = format!("{other:?} is none of All, Original, Generated");
                return Err(FieldProblem::new(at("source"), message));
            }
        },
    })
}

fn kinds(value: Option<&Value>, field: &str) -> Result<Vec<Kinds>, FieldProblem> {
    let items = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(other) => return Err(FieldProblem::type_mismatch(field, "a list", other)),
    };
    let entry = |(at, item): (usize, &Value)| {
        let field = index(field, at);
        if !item.is_object() {
            return Err(FieldProblem::type_mismatch(&field, "an object", item));
        }
        Ok(Kinds {
            groups: strings(item.get("apiGroups"), &child(&field, "apiGroups"))?,
            kinds: strings(item.get("kinds"), &child(&field, "kinds"))?,
        })
    };
    items.iter().enumerate().map(entry).collect()
}

fn globs(value: Option<&Value>, field: &str) -> Result<Vec<Glob>, FieldProblem> {
    let texts = strings(value, field)?;
    texts.iter().enumerate().map(|(at, text)| glob(text, &index(field, at))).collect()
}

fn glob(text: &str, field: &str) -> Result<Glob, FieldProblem> {
    Glob::parse(text).map_err(|message| FieldProblem::new(field, message))
}
