//! Tests that travel with a policy.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::compile::Entry;
use super::convert::from_rego;
use super::enforced::{Enforced, Parameters, schema};
use super::error::{EvalError, LoadError};
use super::inventory::{Inventory, KindKey, Wanted, kept_fields};
use super::machine::{EngineKind, Machine};
use super::patch::edits;
use super::question::{Question, TenantInput, UserInput};
use super::select::Subject;
use super::verdict::{Finding, findings};
use crate::api::{
    CaseVerdict, FreeForm, LabelMap, Operation, ParametersSchema, PolicyCase, PolicySpec,
};
use crate::names::{self, Reason};

/// What a case showed.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseOutcome {
    /// Name of the case.
    pub name: String,
    /// What the policy said.
    pub findings: Result<Vec<Finding>, EvalError>,
    /// The JSON patch operations that it gave; none when it does not patch.
    pub patch: Option<Value>,
    /// `input`, as Rego read it.
    pub input: Value,
    /// What is not as expected; empty when the case passed.
    pub failures: Vec<String>,
}

impl CaseOutcome {
    /// Whether everything was as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Compiles a spec and runs its cases. The fast engine is chosen when at least
/// one case that denies and one that allows gave the same on both engines, and
/// none differed.
///
/// # Errors
/// What does not compile, and the cases that fail, each as an error at
/// `spec.cases[i]`.
pub fn admit(name: &str, spec: &PolicySpec) -> Result<Enforced, Vec<LoadError>> {
    let mut policy = Enforced::new(name, spec)?;
    let mut machine = Machine::new();
    let outcomes = run(&policy, spec, &mut machine)?;
    let failures: Vec<LoadError> = outcomes
        .iter()
        .enumerate()
        .flat_map(|(i, outcome)| {
            outcome.failures.iter().map(move |failure| LoadError {
                file: format!("spec.cases[{i}]"),
                line: 0,
                column: 0,
                text: String::new(),
                message: format!("case {:?} fails: {failure}", outcome.name),
                reason: Reason::Invalid,
            })
        })
        .collect();
    if !failures.is_empty() {
        return Err(failures);
    }
    (policy.engine, policy.engine_reason) = choose(&policy, spec, &outcomes, &mut machine)?;
    Ok(policy)
}

/// Runs every case of a spec in the interpreter, which is the reference.
///
/// # Errors
/// When the schema of the parameters cannot be read.
pub fn run(
    policy: &Enforced,
    spec: &PolicySpec,
    machine: &mut Machine,
) -> Result<Vec<CaseOutcome>, Vec<LoadError>> {
    let schema = schema(spec)?;
    let outcomes = spec.cases.iter().map(|case| {
        let mut outcome = ask(policy, case, schema.as_ref(), machine, EngineKind::Interpreter);
        outcome.name.clone_from(&case.name);
        outcome.failures = compare(case, &outcome);
        outcome
    });
    Ok(outcomes.collect())
}

/// Asks one engine, with the case's parameters or the policy's own.
fn ask(
    policy: &Enforced,
    case: &PolicyCase,
    schema: Option<&ParametersSchema>,
    machine: &mut Machine,
    engine: EngineKind,
) -> CaseOutcome {
    let own = case.parameters.as_ref().map(|own| Parameters::of(own, schema));
    let parameters = own.as_ref().unwrap_or(&policy.parameters);
    Asked::of(case).outcome(policy, parameters, machine, engine)
}

fn choose(
    policy: &Enforced,
    spec: &PolicySpec,
    outcomes: &[CaseOutcome],
    machine: &mut Machine,
) -> Result<(EngineKind, String), Vec<LoadError>> {
    if let Err(why) = policy.compiled.program() {
        return Ok((EngineKind::Interpreter, why.to_owned()));
    }
    if let Some(word) = misread(spec) {
        let why = format!("the fast engine does not always try what `{word}` asks for");
        return Ok((EngineKind::Interpreter, why));
    }
    let schema = schema(spec)?;
    let (mut denied, mut allowed) = (false, false);
    for (case, reference) in spec.cases.iter().zip(outcomes) {
        let fast = ask(policy, case, schema.as_ref(), machine, EngineKind::Rvm);
        if (&fast.findings, &fast.patch) != (&reference.findings, &reference.patch) {
            let why = format!("the engines differ on case {:?}", case.name);
            return Ok((EngineKind::Interpreter, why));
        }
        match case.expect.verdict {
            CaseVerdict::Deny => denied = true,
            CaseVerdict::Allow => allowed = true,
        }
    }
    // A policy that only patches has nothing that denies.
    Ok(match (denied || !policy.judges(), allowed) {
        (true, true) => (EngineKind::Rvm, "both engines agree on its cases".to_owned()),
        (false, _) => (EngineKind::Interpreter, "no case of it denies".to_owned()),
        (_, false) => (EngineKind::Interpreter, "no case of it allows".to_owned()),
    })
}

/// A keyword that regorus 0.14.1's fast engine gets wrong, so that violations may
/// vanish: `else` after a body that iterates and finds nothing is never tried,
/// and `every` holds where a reference in it is undefined. Conservative: the word
/// may stand in a comment.
fn misread(spec: &PolicySpec) -> Option<&'static str> {
    let texts = || std::iter::once(&spec.rego).chain(&spec.libs);
    let has = |word: &&str| {
        texts().any(|text| {
            text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == *word)
        })
    };
    ["else", "every"].into_iter().find(has)
}

fn compare(case: &PolicyCase, outcome: &CaseOutcome) -> Vec<String> {
    let mut failures = Vec::new();
    match (&outcome.findings, case.expect.verdict) {
        (Err(error), _) => failures.push(format!("it cannot be judged: {error}")),
        (Ok(found), CaseVerdict::Allow) if !found.is_empty() => {
            let said: Vec<_> = found.iter().map(|finding| finding.message.as_str()).collect();
            failures.push(format!("expected allow, got deny: {}", said.join("; ")));
        }
        (Ok(found), CaseVerdict::Deny) if found.is_empty() => {
            failures.push("expected deny, got allow".to_owned());
        }
        (Ok(found), _) => {
            for wanted in &case.expect.messages {
                if !found.iter().any(|finding| finding.message.contains(wanted)) {
                    let said: Vec<_> = found.iter().map(|f| f.message.as_str()).collect();
                    failures.push(format!("no message has {wanted:?}; got: {}", said.join("; ")));
                }
            }
        }
    }
    if let Some(expected) = &case.expect.patch {
        let expected = json!(expected);
        let given = outcome.patch.clone().unwrap_or_else(|| json!([]));
        if given != expected {
            failures.push(format!("expected the patch {expected}, got {given}"));
        }
    }
    failures
}

/// A case as a request, with all that a [`Question`] borrows.
struct Asked {
    uid: String,
    group: String,
    version: String,
    kind: String,
    resource: (String, String),
    subresource: String,
    name: String,
    operation: Operation,
    user: (String, String, Vec<String>, BTreeMap<String, Vec<String>>),
    object: Option<Value>,
    old_object: Option<Value>,
    dry_run: bool,
    tenant: TenantInput,
    namespace: (String, LabelMap),
    inventory: Vec<FreeForm>,
}

/// Tenant and namespace of cases that name none.
const EXAMPLE: &str = "example";

impl Asked {
    fn of(case: &PolicyCase) -> Self {
        let review = case.review.clone().map_or_else(|| plain(case), Value::Object);
        let text = |pointer: &str| {
            review.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let object = |name: &str| review.get(name).filter(|object| object.is_object()).cloned();
        let list = |value: &Value| {
            let items = value.as_array().into_iter().flatten();
            items.filter_map(|item| item.as_str().map(str::to_owned)).collect::<Vec<_>>()
        };
        let operation = Operation::ALL
            .into_iter()
            .find(|known| known.as_str() == text("/operation"))
            .unwrap_or_default();
        let extra = review.pointer("/userInfo/extra").and_then(Value::as_object);
        let namespace = case.namespace.clone().unwrap_or_default();
        let tenant = case.tenant.clone().unwrap_or_default();
        let or = |text: String, default: &str| {
            if text.is_empty() { default.to_owned() } else { text }
        };
        let written = or(text("/namespace"), EXAMPLE);
        Self {
            uid: text("/uid"),
            group: text("/kind/group"),
            version: text("/kind/version"),
            kind: text("/kind/kind"),
            resource: (text("/resource/group"), text("/resource/resource")),
            subresource: text("/subResource"),
            name: text("/name"),
            operation,
            user: (
                text("/userInfo/username"),
                text("/userInfo/uid"),
                review.pointer("/userInfo/groups").map(list).unwrap_or_default(),
                extra.into_iter().flatten().map(|(k, v)| (k.clone(), list(v))).collect(),
            ),
            object: object("object"),
            old_object: object("oldObject"),
            dry_run: review.get("dryRun").and_then(Value::as_bool).unwrap_or_default(),
            namespace: (or(namespace.name, &written), namespace.labels),
            tenant: TenantInput {
                name: or(tenant.name, EXAMPLE),
                class: or(tenant.class, names::DEFAULT_CLASS),
                labels: tenant.labels,
                parameters: tenant.parameters,
            },
            inventory: case.inventory.clone(),
        }
    }

    fn question<'a>(&'a self, none: &'a LabelMap) -> Question<'a> {
        Question {
            subject: Subject {
                group: &self.group,
                kind: &self.kind,
                resource_group: &self.resource.0,
                resource: &self.resource.1,
                subresource: &self.subresource,
                operation: self.operation,
                name: &self.name,
                object: self.object.as_ref(),
                old_object: self.old_object.as_ref(),
                namespace: &self.namespace.0,
                namespace_labels: &self.namespace.1,
                tenant: &self.tenant.name,
                tenant_labels: &self.tenant.labels,
                class: &self.tenant.class,
                class_labels: none,
            },
            uid: &self.uid,
            version: &self.version,
            name: &self.name,
            user: UserInput {
                name: &self.user.0,
                uid: &self.user.1,
                groups: &self.user.2,
                extra: &self.user.3,
            },
            dry_run: self.dry_run,
            tenant: &self.tenant,
        }
    }

    fn outcome(
        &self,
        policy: &Enforced,
        parameters: &Parameters,
        machine: &mut Machine,
        engine: EngineKind,
    ) -> CaseOutcome {
        let none = LabelMap::new();
        let question = self.question(&none);
        let input = question.input(&parameters.rego);
        let data = self.inventory(policy).data(&self.tenant.name, &policy.inventory);
        let mut ask = |entry| {
            let (input, data) = (input.clone(), &data.document);
            machine.run(&policy.compiled, entry, engine, input, data, &policy.budget)
        };
        let (mut found, mut patch) = (Ok(Vec::new()), None);
        if policy.judges() {
            found = ask(Entry::Violation).and_then(|result| {
                findings(&result, Entry::Violation.rule(), policy.compiled.strict())
            });
        }
        if policy.order.is_some() {
            let given = ask(Entry::Patch).and_then(|result| {
                edits(&result, &self.group, &self.kind)
                    .map(|_| operations(&from_rego(&result)))
                    .map_err(|message| EvalError::Failed { message, at: None })
            });
            match given {
                Ok(operations) => patch = Some(operations),
                Err(error) => found = found.and(Err(error)),
            }
        }
        CaseOutcome {
            name: String::new(),
            findings: found,
            patch,
            input: from_rego(&input),
            failures: Vec::new(),
        }
    }

    /// The objects of the case, as if they were the tenant's.
    fn inventory(&self, policy: &Enforced) -> Inventory {
        let mut inventory = Inventory::default();
        let wanted = Wanted::of([&policy.inventory]);
        inventory.want(wanted.clone());
        for object in &self.inventory {
            let object = Value::Object(object.clone());
            let text = |pointer| object.pointer(pointer).and_then(Value::as_str);
            let api_version = text("/apiVersion").unwrap_or_default();
            let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
            let kind = KindKey {
                group: group.to_owned(),
                version: version.to_owned(),
                kind: text("/kind").unwrap_or_default().to_owned(),
            };
            let Some(fields) = wanted.kinds.get(&kind) else { continue };
            let namespace = text("/metadata/namespace").unwrap_or(&self.namespace.0);
            inventory.assign(namespace, Some(&self.tenant.name));
            let name = text("/metadata/name").unwrap_or_default();
            inventory.put(&kind, namespace, name, &kept_fields(&object, fields));
        }
        inventory
    }
}

/// The request that a case without `review` means.
fn plain(case: &PolicyCase) -> Value {
    let object = case.object.clone().map_or(Value::Null, Value::Object);
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let api_version = text("/apiVersion");
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let kind = json!({"group": group, "version": version, "kind": text("/kind")});
    let resource = json!({
        "group": group, "version": version, "resource": names::plural(text("/kind"))
    });
    let old = match case.operation {
        Operation::Delete => object.clone(),
        _ => case.old_object.clone().map_or(Value::Null, Value::Object),
    };
    let new = if case.operation == Operation::Delete { Value::Null } else { object.clone() };
    json!({
        "uid": "case", "kind": kind, "resource": resource,
        "name": text("/metadata/name"), "namespace": text("/metadata/namespace"),
        "operation": case.operation.as_str(),
        "userInfo": {"username": "developer", "groups": ["system:authenticated"]},
        "object": new, "oldObject": old,
    })
}

/// Results of `patch` as a list, whether it was one or a set.
fn operations(result: &Value) -> Value {
    if result.is_array() { result.clone() } else { json!([]) }
}

#[cfg(test)]
mod tests;
