//! Rego, parameters and names of a Policy.

use std::collections::BTreeSet;

use serde_json::Value;

use super::outcome::Findings;
use crate::api::{ParametersSchema, PolicySpec, RegoVersion};
use crate::policy::Dialect;
use crate::policy::gatekeeper::constraint::{Constraint, is_constraint};
use crate::policy::gatekeeper::document::Document;
use crate::policy::gatekeeper::object::name;
use crate::policy::gatekeeper::template::Template;

/// Names of Policies: those of the constraints, which are unique only within
/// their kinds.
pub(super) struct Names {
    /// Names that more than one constraint has.
    shared: BTreeSet<String>,
    taken: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(documents: &[Document<'_>]) -> Self {
        let mut seen = BTreeSet::new();
        let constraints = documents.iter().filter(|document| is_constraint(document.object));
        let again = |document: &&Document<'_>| !seen.insert(name(document.object).to_owned());
        let shared = constraints.filter(again).map(|document| name(document.object).to_owned());
        Self { shared: shared.collect(), taken: BTreeSet::new() }
    }

    /// The name of the constraint, with its kind in front where names are shared.
    pub(super) fn take(&mut self, kind: &str, name: &str) -> String {
        let mut wanted = name.to_owned();
        if self.shared.contains(name) {
            wanted = format!("{}-{name}", kind.to_lowercase());
        }
        let mut free = wanted.clone();
        let mut number = 2;
        while !self.taken.insert(free.clone()) {
            free = format!("{wanted}-{number}");
            number += 1;
        }
        free
    }
}

/// The Policy without what it matches.
pub(super) fn spec(
    template: &Template,
    constraint: &Constraint,
    findings: &mut Findings,
) -> PolicySpec {
    let mut texts = template.source.modules.iter().map(|module| module.text.clone());
    let v1 = template.source.modules.iter().all(|module| module.dialect == Dialect::V1);
    if template.carries_cel {
        findings.note(
            "the template holds CEL beside Rego, which Gatekeeper may have been running; \
             messages can differ",
        );
    }
    let parameters = constraint.parameters.as_object().cloned().unwrap_or_default();
    if !constraint.parameters.is_object() {
        findings.impossible("spec.parameters is not an object");
    }
    PolicySpec {
        description: description(template),
        rego_version: if v1 { RegoVersion::V1 } else { RegoVersion::V0 },
        rego: texts.next().unwrap_or_default(),
        libs: texts.collect(),
        strict_builtin_errors: template.source.strict,
        parameters,
        parameters_schema: schema(template),
        ..PolicySpec::default()
    }
}

/// The schema, where it is one that a Policy can have. Defaults are filled in
/// already, and the constraint was held against it.
fn schema(template: &Template) -> Option<serde_json::Map<String, Value>> {
    let schema = template.schema.as_ref()?;
    ParametersSchema::structural(schema, "").ok()?;
    schema.as_object().cloned()
}

/// At most 512 characters.
fn description(template: &Template) -> String {
    let whole = match template.description.split_whitespace().collect::<Vec<_>>().join(" ") {
        words if words.is_empty() => format!("From the ConstraintTemplate {}.", template.kind),
        words => format!("{}: {words}", template.kind),
    };
    match whole.char_indices().nth(511) {
        Some((end, _)) => format!("{}…", &whole[..end]),
        None => whole,
    }
}
