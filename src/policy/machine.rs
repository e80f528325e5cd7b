//! Running a policy.

use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use regorus::rvm::RegoVM;
use regorus::rvm::vm::VmError;
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{LimitError, Value};

use super::compile::{Compiled, Entry};
use super::error::EvalError;
use super::faults::{self, Swallowed};

/// Which engine runs a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EngineKind {
    /// The register machine: three times as fast.
    Rvm,
    /// The tree interpreter: everything Rego has.
    Interpreter,
}

/// What one run may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Instructions of the register machine, and the work of builtins in the
    /// same unit. The interpreter counts builtins only.
    pub instructions: u64,
    /// Time by the clock.
    pub wall: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Self { instructions: 1_000_000, wall: Duration::from_millis(50) }
    }
}

/// How many steps lie between two looks at the clock.
const CHECKS: NonZeroU32 = NonZeroU32::new(64).unwrap();

/// A worker's machine: one register machine that all programs of its policies
/// run on, one after another.
pub struct Machine {
    vm: RegoVM,
    /// What the machine has as `data`; another program may stand over it.
    data: Value,
}

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}

impl Machine {
    /// A machine without a program.
    #[must_use]
    pub fn new() -> Self {
        Self { vm: RegoVM::new(), data: Value::Undefined }
    }

    /// Asks a policy for one of its entries. `data` is `{"inventory": …}`.
    ///
    /// # Errors
    /// Whatever kept the policy from answering; never an empty set instead.
    pub fn run(
        &mut self,
        policy: &Compiled,
        entry: Entry,
        engine: EngineKind,
        input: Value,
        data: &Value,
        budget: &Budget,
    ) -> Result<Value, EvalError> {
        let Some(path) = policy.path(entry) else {
            let message = format!("package {} has no rule `{}`", policy.package(), entry.rule());
            return Err(EvalError::Failed { message, at: None });
        };
        faults::begin(policy.strict(), budget.instructions);
        let run = AssertUnwindSafe(|| match engine {
            EngineKind::Rvm => self.rvm(policy, path, input, data, budget),
            EngineKind::Interpreter => interpreter(policy, path, input, budget),
        });
        let result = catch_unwind(run).unwrap_or_else(|_| {
            self.vm = RegoVM::new();
            self.data = Value::Undefined;
            Err(failed("the engine broke on this policy and input".to_owned()))
        });
        // A record beats whatever the engine made of it.
        match (faults::end(), result) {
            (Some(EvalError::Failed { message, at: None }), Err(EvalError::Failed { at, .. })) => {
                Err(EvalError::Failed { message, at })
            }
            (Some(fault), _) => Err(fault),
            (None, Ok(Value::Undefined)) => {
                Err(failed(format!("{path} is undefined for this input")))
            }
            (None, result) => result,
        }
    }

    /// Errors that the last run of a lenient policy turned into undefined.
    pub fn swallowed(&mut self) -> Swallowed {
        faults::swallowed()
    }

    fn rvm(
        &mut self,
        policy: &Compiled,
        path: &str,
        input: Value,
        data: &Value,
        budget: &Budget,
    ) -> Result<Value, EvalError> {
        let program = policy.program().map_err(|reason| failed(reason.to_owned()))?;
        if !Arc::ptr_eq(self.vm.get_program(), program) {
            self.vm.load_program(program.clone());
        }
        if !same(&self.data, data) {
            self.vm.set_data(data.clone()).map_err(|error| failed(error.to_string()))?;
            self.data = data.clone();
        }
        self.vm.set_input(input);
        self.vm.set_max_instructions(usize::try_from(budget.instructions).unwrap_or(usize::MAX));
        self.vm.set_execution_timer_config(Some(timer(budget)));
        self.vm.execute_entry_point_by_name(path).map_err(|error| self.vm_error(policy, &error))
    }

    fn vm_error(&self, policy: &Compiled, error: &VmError) -> EvalError {
        match error {
            VmError::InstructionLimitExceeded { limit, .. } => {
                EvalError::Budget(format!("more than {limit} instructions"))
            }
            VmError::TimeLimitExceeded { limit, .. } => EvalError::Time(format!("{limit:?}")),
            VmError::MemoryLimitExceeded { .. } | VmError::MemoryBudgetExceeded { .. } => {
                EvalError::Budget("too much memory".to_owned())
            }
            other => {
                let at = place(policy, self.vm.get_pc());
                EvalError::Failed { message: other.to_string(), at }
            }
        }
    }
}

/// The line of an instruction.
fn place(policy: &Compiled, pc: usize) -> Option<String> {
    let program = policy.program().ok()?;
    let span = program.get_instruction_span(pc).filter(|span| span.line > 0)?;
    Some(format!("{}:{}", span.get_source_name(&program.sources)?, span.line))
}

fn failed(message: String) -> EvalError {
    EvalError::Failed { message, at: None }
}

fn timer(budget: &Budget) -> ExecutionTimerConfig {
    ExecutionTimerConfig { limit: budget.wall, check_interval: CHECKS }
}

/// The same value in memory: comparing an inventory would cost more than
/// setting it.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => Arc::ptr_eq(left, right),
        _ => false,
    }
}

fn interpreter(
    policy: &Compiled,
    path: &str,
    input: Value,
    budget: &Budget,
) -> Result<Value, EvalError> {
    let mut engine = policy.pool().take();
    engine.set_execution_timer_config(timer(budget));
    engine.set_input(input);
    let result = engine.eval_rule(path.to_owned());
    engine.set_input(Value::Undefined);
    policy.pool().give(engine);
    result.map_err(|error| match error.downcast_ref::<LimitError>() {
        Some(LimitError::TimeLimitExceeded { limit, .. }) => EvalError::Time(format!("{limit:?}")),
        Some(_) => EvalError::Budget(error.to_string()),
        None => failed(error.to_string()),
    })
}

#[cfg(test)]
mod tests;
