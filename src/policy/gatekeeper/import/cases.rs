//! Cases that travel with the Policy, from those of suites.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::evidence::Evidence;
use super::outcome::Findings;
use crate::api::{CaseExpectation, CaseVerdict, FreeForm, PolicyCase};
use crate::policy::gatekeeper::constraint::Constraint;
use crate::policy::gatekeeper::inventory::Inventory;
use crate::policy::gatekeeper::judge::{Engine, Violation, judge};
use crate::policy::gatekeeper::matching::Origin;
use crate::policy::gatekeeper::review::{Review, is_admission_review};
use crate::policy::gatekeeper::suite::{Assertion, Expected, check};

/// Most cases of a Policy.
const MAX_CASES: usize = 64;
/// Longest name of a case, in characters.
const MAX_NAME: usize = 128;
/// Most messages of a case, and the longest in characters.
const MAX_MESSAGES: usize = 16;
const MAX_MESSAGE: usize = 512;

/// The cases of suites that speak of the constraint, match it, and come out as
/// the suite says when the object is created.
pub(super) fn of<E: Engine>(
    constraint: &Constraint,
    evidence: &[Evidence],
    program: &E::Program,
    engine: &mut E,
    findings: &mut Findings,
) -> Vec<PolicyCase> {
    let mut cases: Vec<PolicyCase> = Vec::new();
    let mut names = BTreeSet::new();
    let mut left_out = 0;
    for evidence in evidence.iter().filter(|evidence| evidence.constraint == constraint.file) {
        let name = free_name(evidence, &mut names);
        match case(constraint, evidence, name, program, engine) {
            Some(case) if cases.len() < MAX_CASES => cases.push(case),
            _ => left_out += 1,
        }
    }
    let has = |verdict| cases.iter().any(|case| case.expect.verdict == verdict);
    if !has(CaseVerdict::Deny) || !has(CaseVerdict::Allow) {
        findings.note(
            "the fast engine runs a Policy only with a case that is denied and one that is \
             allowed: add what is missing to spec.cases",
        );
    }
    if left_out > 0 {
        findings.note(format!("{left_out} cases of suites do not fit into spec.cases"));
    }
    cases
}

fn case<E: Engine>(
    constraint: &Constraint,
    evidence: &Evidence,
    name: String,
    program: &E::Program,
    engine: &mut E,
) -> Option<PolicyCase> {
    let [loaded] = evidence.input.objects.as_slice() else { return None };
    let assertions = &evidence.case.assertions;
    let mut inventory = Inventory::default();
    let mut kept = Vec::new();
    for (_, objects) in &evidence.input.inventory {
        for loaded in objects {
            inventory.add(&loaded.object).ok()?;
            kept.push(loaded.object.as_object()?.clone());
        }
    }
    let is_review = is_admission_review(&loaded.object);
    let request = if is_review {
        loaded.object.get("request")?.as_object()?.clone()
    } else {
        creation(&loaded.object)
    };
    let review = Review::of_request(request.clone()).ok()?;
    if constraint.matches(&review, &inventory) != Ok(true) {
        return None;
    }
    let violations = judge(engine, program, constraint, &review, &inventory).ok()?;
    if !check(assertions, &violations).iter().all(|report| report.passed) {
        return None;
    }
    let expect = expectation(assertions, &violations)?;
    let (object, review) = if is_review {
        // A Policy's case wants to know the kind.
        request.get("kind")?;
        (None, Some(request))
    } else {
        (Some(loaded.object.as_object()?.clone()), None)
    };
    Some(PolicyCase { name, object, review, inventory: kept, expect, ..PolicyCase::default() })
}

/// The request that creates an object.
fn creation(object: &Value) -> FreeForm {
    let plain = Review::of_object(object, Origin::Original);
    let mut request = match plain.value {
        Value::Object(request) => request,
        _ => Map::new(),
    };
    request.insert("operation".to_owned(), "CREATE".into());
    request
}

/// What the Policy must say; absent when the assertions leave it open. Of the
/// expressions those are kept that stand in a message as they are.
fn expectation(assertions: &[Assertion], violations: &[Violation]) -> Option<CaseExpectation> {
    let wants = |a: &Assertion| match &a.violations {
        Expected::Some => Some(true),
        Expected::Exactly(number) => Some(*number > 0),
        Expected::None => Some(false),
        Expected::Unreadable(_) => None,
    };
    let said = |text: &&str| {
        let fits = (1..=MAX_MESSAGE).contains(&text.chars().count());
        fits && violations.iter().any(|violation| violation.message.contains(text))
    };
    let denying: Vec<_> = assertions.iter().filter(|a| wants(a) == Some(true)).collect();
    if !denying.is_empty() {
        let messages = denying.iter().filter_map(|a| a.message.as_deref()).filter(said);
        let messages = messages.take(MAX_MESSAGES).map(str::to_owned).collect();
        return Some(CaseExpectation { verdict: CaseVerdict::Deny, messages, patch: None });
    }
    let silent = |a: &Assertion| wants(a) == Some(false) && a.message.is_none();
    assertions.iter().any(silent).then(CaseExpectation::default)
}

/// The name of the case, with the test's and a number where it is taken.
fn free_name(evidence: &Evidence, names: &mut BTreeSet<String>) -> String {
    let shortened = |text: String| text.chars().take(MAX_NAME).collect::<String>();
    let own = evidence.case.name.trim();
    let own = if own.is_empty() { "case" } else { own };
    let mut name = shortened(own.to_owned());
    let mut number = 1;
    while !names.insert(name.clone()) {
        number += 1;
        name = shortened(format!("{} {number}: {own}", evidence.test));
    }
    name
}
