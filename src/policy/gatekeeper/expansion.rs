//! ExpansionTemplates: what a workload will make, judged before it exists.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::document::{Document, FormatError, strings};
use super::object::{Gvk, name, namespace};

/// API group of ExpansionTemplates.
pub(super) const GROUP: &str = "expansion.gatekeeper.sh";
/// Deepest chain of expansions (gatekeeper, `pkg/expansion`).
const MAX_DEPTH: usize = 30;
/// Names must be shorter than this.
const NAME_LIMIT: usize = 64;

/// An ExpansionTemplate.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Expansion {
    name: String,
    /// Kinds that are expanded.
    apply_to: Vec<Kind>,
    /// Path of the template in the object.
    source: Vec<String>,
    /// Kind that comes out.
    generates: Kind,
    /// Action in place of that of the constraints; empty: theirs.
    action: String,
}

/// Group, version, kind.
type Kind = (String, String, String);

/// ExpansionTemplates, together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expansions {
    by_name: BTreeMap<String, Expansion>,
}

/// An object that an ExpansionTemplate derives.
#[derive(Clone, Debug, PartialEq)]
pub struct Generated {
    /// The object.
    pub object: Value,
    /// Name of the ExpansionTemplate.
    pub template: String,
    /// Its `enforcementAction`; empty: that of the constraint counts.
    pub action: String,
}

/// Why an object cannot be expanded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} cannot be expanded by {template:?}: {message}")]
pub struct ExpansionError {
    /// Name of the object.
    pub name: String,
    /// Name of the ExpansionTemplate.
    pub template: String,
    /// What is wrong.
    pub message: String,
}

/// Whether an object is an ExpansionTemplate of any version.
#[must_use]
pub fn is_expansion(object: &Value) -> bool {
    let gvk = Gvk::of(object);
    gvk.group == GROUP && gvk.kind == "ExpansionTemplate"
}

impl Expansions {
    /// Reads ExpansionTemplates. Of two with one name the later counts.
    ///
    /// # Errors
    /// An object that is none, a required field that is missing, templates that
    /// expand each other's output without end.
    pub fn new<'a>(documents: impl IntoIterator<Item = Document<'a>>) -> Result<Self, FormatError> {
        let mut expansions = Self::default();
        for document in documents {
            let expansion = Expansion::new(&document)?;
            let name = expansion.name.clone();
            expansions.by_name.insert(name.clone(), expansion);
            if expansions.reaches_itself(&name) {
                let message = "expands, by way of others, what it generates itself";
                return Err(document.error("spec.generatedGVK", message));
            }
        }
        Ok(expansions)
    }

    /// Everything that `object` makes, directly or by way of what it makes. An
    /// object that no template applies to makes nothing.
    ///
    /// # Errors
    /// [`ExpansionError`]: the object has no template where it should.
    pub fn expand(&self, object: &Value) -> Result<Vec<Generated>, ExpansionError> {
        let mut all = Vec::new();
        self.expand_into(object, 0, &mut all)?;
        Ok(all)
    }

    fn expand_into(
        &self,
        object: &Value,
        depth: usize,
        all: &mut Vec<Generated>,
    ) -> Result<(), ExpansionError> {
        let gvk = Gvk::of(object);
        for expansion in self.by_name.values().filter(|expansion| expansion.applies_to(gvk)) {
            let failed = |message: String| ExpansionError {
                name: name(object).to_owned(),
                template: expansion.name.clone(),
                message,
            };
            if depth == MAX_DEPTH {
                return Err(failed(format!("more than {MAX_DEPTH} expansions in a row")));
            }
            let generated = expansion.generate(object).map_err(failed)?;
            self.expand_into(&generated, depth + 1, all)?;
            all.push(Generated {
                object: generated,
                template: expansion.name.clone(),
                action: expansion.action.clone(),
            });
        }
        Ok(())
    }

    /// Whether what the template generates is, in the end, expanded by itself.
    fn reaches_itself(&self, start: &str) -> bool {
        let mut pending: Vec<&Expansion> = self.by_name.get(start).into_iter().collect();
        let mut seen: Vec<&str> = Vec::new();
        while let Some(expansion) = pending.pop() {
            for next in self.by_name.values().filter(|e| e.apply_to.contains(&expansion.generates))
            {
                if next.name == start {
                    return true;
                }
                if !seen.contains(&next.name.as_str()) {
                    seen.push(&next.name);
                    pending.push(next);
                }
            }
        }
        false
    }
}

impl Expansion {
    fn new(document: &Document<'_>) -> Result<Self, FormatError> {
        if !is_expansion(document.object) {
            return Err(document.error("kind", format!("must be ExpansionTemplate of {GROUP}")));
        }
        let name = name(document.object);
        if name.is_empty() || name.len() >= NAME_LIMIT {
            let message = format!("must be a name shorter than {NAME_LIMIT} characters");
            return Err(document.error("metadata.name", message));
        }
        let source = document.text("/spec/templateSource")?;
        if source.is_empty() {
            let message = "must say where the template is, such as spec.template";
            return Err(document.error("spec.templateSource", message));
        }
        let generates = ["group", "version", "kind"]
            .map(|key| document.text(&format!("/spec/generatedGVK/{key}")).map(str::to_owned));
        let [group, version, kind] = generates;
        let generates = (group?, version?, kind?);
        if generates == Kind::default() {
            return Err(document.error("spec.generatedGVK", "must say what comes out"));
        }
        let apply_to = apply_to(document)?;
        Ok(Self {
            name: name.to_owned(),
            apply_to,
            source: source.split('.').map(str::to_owned).collect(),
            generates,
            action: document.text("/spec/enforcementAction")?.to_owned(),
        })
    }

    fn applies_to(&self, gvk: Gvk<'_>) -> bool {
        let same = |(group, version, kind): &Kind| {
            group == gvk.group && version == gvk.version && kind == gvk.kind
        };
        self.apply_to.iter().any(same)
    }

    /// The object at the template's place, as what comes out: named after the
    /// workload and the kind, in its namespace, owned by it.
    fn generate(&self, parent: &Value) -> Result<Value, String> {
        let path = self.source.join(".");
        let at = self.source.iter().try_fold(parent, |value, key| value.get(key));
        let mut object = match at {
            Some(Value::Object(template)) => template.clone(),
            Some(_) => return Err(format!("{path} is not an object")),
            None => return Err(format!("it has no {path}")),
        };
        let (group, version, kind) = &self.generates;
        let gvk = Gvk { group, version, kind };
        object.insert("apiVersion".to_owned(), gvk.api_version().into());
        object.insert("kind".to_owned(), kind.clone().into());
        let metadata = object.entry("metadata").or_insert_with(|| json!({}));
        if !metadata.is_object() {
            *metadata = json!({});
        }
        if let Value::Object(metadata) = metadata {
            self.name_and_own(metadata, parent);
        }
        Ok(Value::Object(object))
    }

    fn name_and_own(&self, metadata: &mut Map<String, Value>, parent: &Value) {
        let kind = &self.generates.2;
        let dash = if kind.is_empty() { "" } else { "-" };
        let named = format!("{}{dash}{kind}", name(parent)).to_lowercase();
        metadata.insert("name".to_owned(), named.into());
        match namespace(parent) {
            "" => drop(metadata.remove("namespace")),
            namespace => drop(metadata.insert("namespace".to_owned(), namespace.into())),
        }
        let text = |key: &str| parent.get(key).and_then(Value::as_str).unwrap_or_default();
        let (api_version, parent_kind) = (text("apiVersion"), text("kind"));
        if api_version.is_empty() || parent_kind.is_empty() || name(parent).is_empty() {
            return;
        }
        let owner = json!({"apiVersion": api_version, "kind": parent_kind, "name": name(parent)});
        let owners = metadata.entry("ownerReferences").or_insert_with(|| json!([]));
        if let Value::Array(owners) = owners {
            let same = |o: &Value| {
                ["apiVersion", "kind", "name"].iter().all(|key| o.get(key) == owner.get(key))
            };
            if !owners.iter().any(same) {
                // Go writes the uid of an OwnerReference even when it has none.
                let mut owner = owner.clone();
                owner["uid"] = "".into();
                owners.push(owner);
            }
        }
    }
}

fn apply_to(document: &Document<'_>) -> Result<Vec<Kind>, FormatError> {
    let field = "spec.applyTo";
    let entries = match document.object.pointer("/spec/applyTo") {
        Some(Value::Array(entries)) if !entries.is_empty() => entries,
        _ => return Err(document.error(field, "must list what is expanded")),
    };
    let mut kinds = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let list = |key: &str| {
            strings(entry.get(key), &format!("{field}[{at}].{key}"))
                .map_err(|problem| problem.of(document))
        };
        let (groups, versions, names) = (list("groups")?, list("versions")?, list("kinds")?);
        for group in &groups {
            for version in &versions {
                kinds.extend(names.iter().map(|k| (group.clone(), version.clone(), k.clone())));
            }
        }
    }
    Ok(kinds)
}
