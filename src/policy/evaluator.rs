//! What one worker judges with.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use regorus::Value as Rego;

use super::compile::Entry;
use super::enforced::Enforced;
use super::error::EvalError;
use super::inventory::{Data, Inventory};
use super::machine::{Budget, EngineKind, Machine};
use super::patch::{Edit, edits};
use super::question::{Question, joined};
use super::set::{Member, PolicySet};
use super::verdict::{Finding, Verdict, findings};

/// How a worker judges.
#[derive(Clone, Copy, Debug)]
pub struct EvaluatorOptions {
    /// Every how many evaluations of the fast engine the interpreter is asked
    /// too; never with 0.
    pub shadow: u32,
}

impl Default for EvaluatorOptions {
    fn default() -> Self {
        Self { shadow: 1000 }
    }
}

/// What a decision knows beside the request.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// Every policy and exemption.
    pub policies: &'a PolicySet,
    /// Objects of tenants.
    pub inventory: &'a Inventory,
    /// The time; exemptions expire by it.
    pub now: Timestamp,
    /// What is left until the answer must be out.
    pub remaining: &'a dyn Fn() -> Duration,
}

/// What a worker has done since it was last asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Evaluations by an engine.
    pub evaluated: u64,
    /// Evaluations after which the engines did not agree, by policy.
    pub disagreed: BTreeMap<Arc<str>, u64>,
    /// Errors of builtins that imported policies took for undefined.
    pub swallowed: u64,
}

/// A worker's machine and memory. Not shared: a worker borrows it for one
/// decision.
pub struct Evaluator {
    machine: Machine,
    options: EvaluatorOptions,
    until_shadow: u32,
    counts: Counts,
}

impl fmt::Debug for Evaluator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evaluator").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Default for Evaluator {
    fn default() -> Self {
        Self::new(EvaluatorOptions::default())
    }
}

/// What policies without inventory read as `data`: always the same one, so that
/// the machine keeps it.
static NO_DATA: LazyLock<Data> = LazyLock::new(Data::empty);

impl Evaluator {
    /// An evaluator that remembers nothing yet.
    #[must_use]
    pub fn new(options: EvaluatorOptions) -> Self {
        Self {
            machine: Machine::new(),
            options,
            until_shadow: options.shadow,
            counts: Counts::default(),
        }
    }

    /// What was done since the last call.
    pub fn take_counts(&mut self) -> Counts {
        std::mem::take(&mut self.counts)
    }

    /// Asks every policy that concerns the request, by name.
    pub fn judge(&mut self, question: &Question<'_>, world: &World<'_>) -> Vec<Verdict> {
        let mut input = LazyInput::of(question);
        world
            .policies
            .matching(&question.subject)
            .filter_map(|member| {
                let (policy, enforcement, outcome) = match member {
                    Member::Enforced(policy) if !policy.judges() => return None,
                    Member::Enforced(policy) => {
                        let outcome = self.ask(policy, question, &mut input, world);
                        (&policy.name, policy.enforcement, outcome)
                    }
                    Member::Broken(policy) => {
                        let message = format!("it does not compile: {}", policy.error);
                        let outcome = Err(EvalError::Failed { message, at: None });
                        (&policy.name, policy.enforcement, outcome)
                    }
                };
                let concerned = outcome.as_ref().is_ok_and(|found| !found.is_empty());
                let exempted_by = concerned
                    .then(|| world.policies.exemption(policy, &question.subject, world.now))
                    .flatten()
                    .cloned();
                Some(Verdict { policy: policy.clone(), enforcement, outcome, exempted_by })
            })
            .collect()
    }

    /// Policies that patch the request's object, in their order.
    #[must_use]
    pub fn patching<'a>(question: &'a Question<'_>, world: &World<'a>) -> Vec<&'a Arc<Enforced>> {
        let mut found: Vec<(i32, &Arc<Enforced>)> = world
            .policies
            .matching(&question.subject)
            .filter_map(|member| match member {
                Member::Enforced(policy) => policy.order.map(|order| (order, policy)),
                Member::Broken(_) => None,
            })
            .collect();
        found.sort_by_key(|(order, policy)| (*order, policy.name.clone()));
        found.into_iter().map(|(_, policy)| policy).collect()
    }

    /// What one policy wants to change.
    ///
    /// # Errors
    /// What kept it from answering, or the change that it may not make.
    pub fn patch(
        &mut self,
        policy: &Enforced,
        question: &Question<'_>,
        world: &World<'_>,
    ) -> Result<Vec<Edit>, PatchFailed> {
        let mut input = LazyInput::of(question);
        let result = self.evaluate(policy, Entry::Patch, question, &mut input, world)?;
        edits(&result, question.subject.group, question.subject.kind)
            .map_err(PatchFailed::Forbidden)
    }

    fn ask(
        &mut self,
        policy: &Enforced,
        question: &Question<'_>,
        input: &mut LazyInput<'_>,
        world: &World<'_>,
    ) -> Result<Arc<[Finding]>, EvalError> {
        let result = self.evaluate(policy, Entry::Violation, question, input, world)?;
        let entry = Entry::Violation.rule();
        Ok(findings(&result, entry, policy.compiled.strict())?.into())
    }

    fn evaluate(
        &mut self,
        policy: &Enforced,
        entry: Entry,
        question: &Question<'_>,
        input: &mut LazyInput<'_>,
        world: &World<'_>,
    ) -> Result<Rego, EvalError> {
        let wall = policy.budget.wall.min((world.remaining)());
        if wall.is_zero() {
            return Err(EvalError::Time("the answer is due".to_owned()));
        }
        let budget = Budget { wall, ..policy.budget };
        let own;
        let data = if policy.inventory.is_empty() {
            &*NO_DATA
        } else {
            if let Some(kind) = world.inventory.lacks(&policy.inventory) {
                return Err(EvalError::Unavailable(format!(
                    "objects of kind {} are not in the webhook's cache",
                    kind.kind
                )));
            }
            own = world.inventory.data(&question.tenant.name, &policy.inventory);
            &own
        };
        let input = input.with(&policy.parameters.rego);
        self.counts.evaluated += 1;
        let result = self.machine.run(
            &policy.compiled,
            entry,
            policy.engine,
            input.clone(),
            &data.document,
            &budget,
        );
        self.shadow(policy, entry, input, data, &budget, result)
    }

    /// Now and then asks the other engine too. Where they do not agree the
    /// interpreter, which is the reference, decides.
    fn shadow(
        &mut self,
        policy: &Enforced,
        entry: Entry,
        input: Rego,
        data: &Data,
        budget: &Budget,
        result: Result<Rego, EvalError>,
    ) -> Result<Rego, EvalError> {
        if self.options.shadow == 0 || policy.engine == EngineKind::Interpreter {
            return result;
        }
        self.until_shadow = self.until_shadow.saturating_sub(1);
        if self.until_shadow > 0 {
            return result;
        }
        self.until_shadow = self.options.shadow;
        let second = self.machine.run(
            &policy.compiled,
            entry,
            EngineKind::Interpreter,
            input,
            &data.document,
            budget,
        );
        match (&result, &second) {
            (Ok(one), Ok(other)) if one == other => result,
            // Errors are worded differently, and budgets count differently.
            (Err(_), Err(_)) | (_, Err(EvalError::Time(_) | EvalError::Budget(_))) => result,
            _ => {
                *self.counts.disagreed.entry(policy.name.clone()).or_default() += 1;
                second
            }
        }
    }
}

/// Why a policy did not patch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchFailed {
    /// It gave no answer.
    #[error(transparent)]
    Evaluation(#[from] EvalError),
    /// It wants what it may not.
    #[error("{0}")]
    Forbidden(String),
}

/// The input, built when a policy first runs.
struct LazyInput<'a> {
    question: &'a Question<'a>,
    built: Option<[Rego; 3]>,
}

impl<'a> LazyInput<'a> {
    const fn of(question: &'a Question<'a>) -> Self {
        Self { question, built: None }
    }

    fn with(&mut self, parameters: &Rego) -> Rego {
        joined(self.built.get_or_insert_with(|| self.question.parts()), parameters)
    }
}
