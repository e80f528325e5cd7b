//! From Gatekeeper to Policies: what each constraint becomes, and what is lost.
//!
//! Lessor judges requests of tenants. A constraint that speaks of anything else
//! becomes a Policy that does less ([`Verdict::Narrower`]) or none
//! ([`Verdict::Impossible`]), and says why.
//!
//! Start reading at [`import`].

mod cases;
mod enforcement;
mod evidence;
mod inventory;
mod kinds;
mod matching;
mod others;
mod outcome;
mod policy;
mod references;

use std::collections::BTreeMap;

use serde_json::Value;

use super::constraint::{Constraint, is_constraint};
use super::document::Document;
use super::judge::Engine;
use super::object::{Gvk, name};
use super::template::{Template, TemplateError, is_template};

pub use evidence::{Evidence, evidence};
pub use others::{Other, Remark};
pub use outcome::{Outcome, Verdict};

use inventory::Synced;
use outcome::Findings;

/// What comes of a set of Gatekeeper's objects.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// One for each constraint, in the order of the documents.
    pub constraints: Vec<Outcome>,
    /// Everything else of Gatekeeper's that is more than a template in use.
    pub others: Vec<Other>,
}

impl Import {
    /// Whether every constraint means the same as before and nothing else was
    /// left behind.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.constraints.iter().all(|outcome| outcome.verdict == Verdict::Imported)
            && self.others.iter().all(|other| matches!(other.remark, Remark::Noted(_)))
    }
}

/// A template, compiled or not.
struct Ready<P> {
    template: Template,
    program: Result<P, Vec<String>>,
}

/// Turns constraints into Policies. Objects that are not Gatekeeper's are
/// passed over. `evidence` are cases of suites: those that the Policy passes
/// travel with it.
pub fn import<E: Engine>(
    documents: &[Document<'_>],
    evidence: &[Evidence],
    engine: &mut E,
) -> Import {
    let synced = Synced::of(documents);
    let mut templates = BTreeMap::new();
    let mut broken = BTreeMap::new();
    let mut result = Import::default();
    for document in documents.iter().filter(|document| is_template(document.object)) {
        match Template::new(document) {
            Ok(template) => {
                let program = engine.compile(&template);
                let program = program.map_err(|e| e.iter().map(ToString::to_string).collect());
                templates.insert(template.kind.clone(), Ready { template, program });
            }
            Err(error) => {
                let kind = document.text("/spec/crd/spec/names/kind").unwrap_or_default();
                broken.insert(kind.to_owned(), error);
            }
        }
    }
    let mut names = policy::Names::of(documents);
    for document in documents {
        if is_constraint(document.object) {
            let kind = Gvk::of(document.object).kind;
            let mut outcome = match (templates.get(kind), broken.get(kind)) {
                (Some(ready), _) => one(document, ready, &synced, evidence, &mut names, engine),
                (None, Some(error)) => impossible(document, of_template(error)),
                (None, None) => {
                    impossible(document, format!("there is no ConstraintTemplate for {kind}"))
                }
            };
            outcome.notes.extend(synced.notes());
            result.constraints.push(outcome);
        } else if let Some(remark) = others::remark(document.object) {
            result.others.push(Other::new(document, remark));
        }
    }
    let used = |kind: &str| result.constraints.iter().any(|outcome| outcome.kind == kind);
    let unused = documents.iter().filter(|document| is_template(document.object));
    let unused: Vec<Other> = unused
        .filter(|document| !used(document.text("/spec/crd/spec/names/kind").unwrap_or_default()))
        .map(|document| {
            let kind = document.text("/spec/crd/spec/names/kind").unwrap_or_default();
            let remark = broken.get(kind).map_or_else(
                || Remark::Noted("no constraint uses it: nothing to import".to_owned()),
                |error| Remark::Impossible(of_template(error)),
            );
            Other::new(document, remark)
        })
        .collect();
    result.others.extend(unused);
    result
}

fn of_template(error: &TemplateError) -> String {
    format!("its ConstraintTemplate cannot be used: {error}")
}

fn impossible(document: &Document<'_>, why: String) -> Outcome {
    Outcome {
        kind: Gvk::of(document.object).kind.to_owned(),
        name: name(document.object).to_owned(),
        file: document.file.to_owned(),
        line: document.line,
        verdict: Verdict::Impossible(vec![why]),
        notes: Vec::new(),
        policy: None,
    }
}

fn one<E: Engine>(
    document: &Document<'_>,
    ready: &Ready<E::Program>,
    synced: &Synced,
    evidence: &[Evidence],
    names: &mut policy::Names,
    engine: &mut E,
) -> Outcome {
    let template = &ready.template;
    let constraint = match Constraint::new(template, document) {
        Ok(constraint) => constraint,
        Err(error) => return impossible(document, error.to_string()),
    };
    let program = match &ready.program {
        Ok(program) => program,
        Err(errors) => return impossible(document, errors.join("\n")),
    };
    let mut findings = Findings::default();
    let mut spec = policy::spec(template, &constraint, &mut findings);
    spec.matching = matching::of(template, &constraint, synced, &mut findings);
    spec.enforcement = enforcement::of(&constraint.action, &mut findings);
    spec.inventory = inventory::of(template, synced, &mut findings);
    spec.cases = cases::of(&constraint, evidence, program, engine, &mut findings);
    let (kind, name) = (constraint.kind.clone(), constraint.name.clone());
    let policy_name = names.take(&kind, &name);
    findings.refuse_invalid(&policy_name, &spec);
    let (verdict, notes) = findings.into_verdict();
    let policy = !matches!(verdict, Verdict::Impossible(_));
    Outcome {
        kind,
        name,
        file: document.file.to_owned(),
        line: document.line,
        verdict,
        notes,
        policy: policy.then(|| crate::api::Policy::new(&policy_name, spec)),
    }
}

/// Text at a pointer of an object; empty when absent.
fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
