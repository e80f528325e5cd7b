//! The claim of [`super`]: on the projection a program gives what it gives on
//! the whole input, and equal hashes mean equal results.

mod change;
mod classes;
mod corpus;
mod figures;
mod generated;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::RegoVM;
use regorus::rvm::program::Program;
use regorus::{Engine, Value as Rego};
use serde_json::{Value as Json, json};

use super::{ReadSet, ReadSets, Situation, Unbounded};
use crate::policy::{HashKey, Input, Projection, Review};

const ENTRY: &str = "data.p.violation";

/// A program as it runs.
fn compile(rego: &str, v0: bool) -> Arc<Program> {
    try_compile(&[rego], ENTRY, v0).unwrap_or_else(|error| panic!("{error}\n{rego}"))
}

fn try_compile(modules: &[&str], entry: &str, v0: bool) -> Result<Arc<Program>, String> {
    raw(modules, entry, v0)
}

/// A program as the engine's compiler leaves it, with whatever nobody may call.
fn raw(modules: &[&str], entry: &str, v0: bool) -> Result<Arc<Program>, String> {
    let mut engine = Engine::new();
    engine.set_rego_v0(v0);
    for (number, module) in modules.iter().enumerate() {
        let added = engine.add_policy(format!("{number}.rego"), (*module).to_owned());
        added.map_err(|error| error.to_string())?;
    }
    let policy = engine.compile_with_entrypoint(&Arc::from(entry));
    let policy = policy.map_err(|error| error.to_string())?;
    Compiler::compile_from_policy(&policy, &[entry]).map_err(|error| error.to_string())
}

/// A policy with a machine of its own.
struct Policy {
    program: Arc<Program>,
    entry: String,
    machine: RefCell<RegoVM>,
    reads: Result<ReadSet, Unbounded>,
    /// What it reads in one situation, with the test's parameters.
    special: RefCell<BTreeMap<Situation, ReadSet>>,
}

/// What a run gave; errors by their text.
type Outcome = Result<Rego, String>;

impl Policy {
    fn new(rego: &str) -> Self {
        Self::of(compile(rego, false))
    }

    /// As the engine's compiler leaves it.
    fn raw(rego: &str) -> Self {
        Self::of(raw(&[rego], ENTRY, false).expect("it compiles"))
    }

    fn of(program: Arc<Program>) -> Self {
        Self::at(program, ENTRY)
    }

    fn at(program: Arc<Program>, entry: &str) -> Self {
        let mut machine = RegoVM::new();
        machine.load_program(program.clone());
        machine.set_max_instructions(100_000);
        machine.set_data(Rego::from(inventory())).expect("no rule is below inventory");
        let reads = ReadSet::of(&program, entry, None, None);
        let (machine, entry) = (RefCell::new(machine), entry.to_owned());
        Self { program, entry, machine, reads, special: RefCell::default() }
    }

    fn run(&self, input: Rego) -> Outcome {
        let mut machine = self.machine.borrow_mut();
        machine.set_input(input);
        let result = machine.execute_entry_point_by_name(&self.entry);
        let failed = result.is_err();
        let result = result.map_err(|error| {
            // Without the place, which may differ.
            let text = format!("{error:?}");
            text.split(['{', '(']).next().unwrap_or_default().to_owned()
        });
        if failed {
            machine.load_program(self.program.clone());
        }
        result
    }

    fn reads(&self) -> &ReadSet {
        self.reads.as_ref().expect("its reads are bounded")
    }

    fn projection(&self) -> &Projection {
        &self.reads().projection
    }

    /// The result on the whole input.
    fn whole(&self, case: &Case) -> Outcome {
        let key = HashKey::new(&[7; 16]);
        self.run(Projection::whole().project(&case.input(&key), &parameters()))
    }

    /// What it reads in the situation of a case.
    fn special(&self, case: &Case) -> ReadSet {
        let situation = Situation::of(&Review::of(&case.request));
        let mut special = self.special.borrow_mut();
        let read = || {
            ReadSet::of(&self.program, &self.entry, Some(&situation), Some(&parameters()))
                .expect("no situation reads more than all of them")
        };
        special.entry(situation.clone()).or_insert_with(read).clone()
    }

    /// Panics unless the projections are enough for this input: that for every
    /// situation and that for its own. The hashes are those of the two.
    fn holds(&self, case: &Case) -> (Outcome, [u128; 2]) {
        self.holds_again(case, &mut Seen::default())
    }

    /// The same beside inputs that were seen before: what is remembered must be
    /// what would be found.
    fn holds_again(&self, case: &Case, seen: &mut Seen) -> (Outcome, [u128; 2]) {
        let whole = self.whole(case);
        let key = HashKey::new(&[7; 16]);
        let input = case.input(&key);
        let special = self.special(case);
        let hashes = [self.projection(), &special.projection].map(|projection| {
            let hash = projection.hash(&input);
            let (found, first) = seen.0.entry(hash).or_insert_with(|| {
                (self.run(projection.project(&input, &parameters())), case.clone())
            });
            assert_eq!(
                whole, *found,
                "too little:\n{projection}\nfor\n{}\nseen as\n{}",
                case.request, first.request
            );
            hash
        });
        (whole, hashes)
    }
}

/// Results on projections by their hash, each with the case that it was found for.
#[derive(Default)]
struct Seen(HashMap<u128, (Outcome, Case)>);

/// What is asked.
#[derive(Clone, Debug)]
struct Case {
    request: Json,
    tenant: Json,
    namespace: Json,
}

impl Case {
    fn of(object: &Json) -> Self {
        let tenant = json!({"name": "acme", "class": "default", "labels": {"tier": "small"},
            "parameters": {"containers": 1}});
        let namespace = json!({"name": "acme-web", "labels": {"frozen": "true", "a": "b"}});
        let request = json!({"uid": "u-1", "operation": "UPDATE", "name": "web-1",
            "namespace": "acme-web", "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "userInfo": {"username": "ann", "groups": ["guest:web", "staff"]},
            "object": object, "oldObject": object, "dryRun": false});
        Self { request, tenant, namespace }
    }

    fn input<'a>(&'a self, key: &'a HashKey) -> Input<'a> {
        let review = Review::of(&self.request);
        Input::new(review, Some(&self.tenant), Some(&self.namespace), key)
    }
}

fn parameters() -> Rego {
    Rego::from(json!({
        "registries": ["good/", "fine/"], "labels": ["app", "team"], "nodes": ["n1", "n2"],
        "annotations": ["owner"], "strict": true, "memory": "64Mi", "ratio": 2,
        "prefixes": ["/var/log"], "allowed": ["NET_BIND"], "drop": ["ALL"],
        "runAsUser": {"rule": "MustRunAs", "ranges": [{"min": 100, "max": 200}]},
        "runAsGroup": {"rule": "MustRunAs", "ranges": [{"min": 100, "max": 200}]},
        "key": "a",
    }))
}

fn inventory() -> Json {
    json!({"inventory": {
        "namespace": {"other": {"networking.k8s.io/v1": {"Ingress": {
            "i": {"spec": {"rules": [{"host": "a.example"}]}}}}}},
        "index": {"hosts": {"a.example": [{"namespace": "other", "name": "i"}]}},
    }})
}
