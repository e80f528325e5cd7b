//! One case, with everything it names already loaded.

use serde_json::Value;

use super::assertion::check;
use super::format::Case;
use super::report::CaseOutcome;
use super::run::{Files, resolve};
use crate::policy::gatekeeper::constraint::Constraint;
use crate::policy::gatekeeper::document::Document;
use crate::policy::gatekeeper::expansion::Expansions;
use crate::policy::gatekeeper::inventory::Inventory;
use crate::policy::gatekeeper::judge::{Engine, Violation, judge};
use crate::policy::gatekeeper::matching::Origin;
use crate::policy::gatekeeper::object::Gvk;
use crate::policy::gatekeeper::review::{Review, is_admission_review};

/// An object of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// First line of the object in the file, from 1.
    pub line: u32,
    /// The object.
    pub object: Value,
}

impl Loaded {
    /// The object, as read from `file`.
    #[must_use]
    pub const fn document<'a>(&'a self, file: &'a str) -> Document<'a> {
        Document { file, line: self.line, object: &self.object }
    }
}

/// The objects that a case names, each with the path of its file.
#[derive(Clone, Debug, Default)]
pub struct CaseInput {
    /// Path of the object's file.
    pub path: String,
    /// Its objects; there must be one.
    pub objects: Vec<Loaded>,
    /// Objects for `data.inventory`, with the path of their file.
    pub inventory: Vec<(String, Vec<Loaded>)>,
}

impl CaseInput {
    /// Reads what a case of the suite at `suite` names.
    ///
    /// # Errors
    /// A sentence: no object is named, or a file cannot be read.
    pub fn read<F: Files>(suite: &str, case: &Case, files: &F) -> Result<Self, String> {
        if case.object.is_empty() {
            return Err("the case names no object".to_owned());
        }
        let path = resolve(suite, &case.object);
        let read = |path: &String| {
            let path = resolve(suite, path);
            files.read(&path).map(|objects| (path, objects))
        };
        Ok(Self {
            objects: files.read(&path)?,
            path,
            inventory: case.inventory.iter().map(read).collect::<Result<_, _>>()?,
        })
    }
}

/// Judges the object of a case, and what the expansions make of it, and holds
/// the assertions against all violations. An AdmissionReview is not expanded.
pub fn run_case<E: Engine>(
    engine: &mut E,
    program: &E::Program,
    constraint: &Constraint,
    expansions: Option<&Expansions>,
    case: &Case,
    input: &CaseInput,
) -> CaseOutcome {
    match violations(engine, program, constraint, expansions, input) {
        Ok(violations) => {
            CaseOutcome::Ran { assertions: check(&case.assertions, &violations), violations }
        }
        Err(message) => CaseOutcome::Broken(message),
    }
}

fn violations<E: Engine>(
    engine: &mut E,
    program: &E::Program,
    constraint: &Constraint,
    expansions: Option<&Expansions>,
    input: &CaseInput,
) -> Result<Vec<Violation>, String> {
    let [Loaded { object, .. }] = input.objects.as_slice() else {
        let count = input.objects.len();
        return Err(format!("{}: must hold exactly one object, holds {count}", input.path));
    };
    if Gvk::of(object).kind.is_empty() {
        return Err(format!(
            "{}: the object has no kind, or no apiVersion that is one",
            input.path
        ));
    }
    let mut inventory = Inventory::default();
    for (path, objects) in &input.inventory {
        if objects.is_empty() {
            return Err(format!("{path}: holds no object"));
        }
        for loaded in objects {
            let added = inventory.add(&loaded.object);
            added.map_err(|error| format!("{path}:{}: {error}", loaded.line))?;
        }
    }
    // The enforcement point of suites; a constraint that does not count there
    // is never evaluated.
    if !constraint.action.counts_at(crate::policy::gatekeeper::action::GATOR) {
        return Ok(Vec::new());
    }
    let failed = |error: String| format!("{}: {error}", input.path);
    let review = Review::of(object).map_err(|error| failed(error.to_string()))?;
    let mut all = judge(engine, program, constraint, &review, &inventory)
        .map_err(|error| failed(error.to_string()))?;
    let Some(expansions) = expansions.filter(|_| !is_admission_review(object)) else {
        return Ok(all);
    };
    for generated in expansions.expand(object).map_err(|error| failed(error.to_string()))? {
        let review = Review::of_object(&generated.object, Origin::Generated);
        let implied = judge(engine, program, constraint, &review, &inventory)
            .map_err(|error| failed(error.to_string()))?;
        all.extend(implied.into_iter().map(|violation| Violation {
            message: format!("[Implied by {}] {}", generated.template, violation.message),
            ..violation
        }));
    }
    Ok(all)
}
