//! Templates on Lessor's own engine.

use regorus::Value as RegoValue;
use serde_json::Value;

use super::judge::Engine;
use super::template::Template;
use crate::names::Reason;
use crate::policy::{
    Budget, Compiled, EngineKind, Entry, EvalError, LoadError, Machine, from_rego, to_rego,
};

/// Runs templates in one [`Machine`].
pub struct Rego {
    machine: Machine,
    /// Absent: the fast engine where the template can have it.
    engine: Option<EngineKind>,
    budget: Budget,
}

impl Rego {
    /// An engine with a budget for each evaluation. `engine` asks for one of
    /// the two; absent: the fast one, or the interpreter for a template that
    /// the fast one cannot run.
    #[must_use]
    pub fn new(engine: Option<EngineKind>, budget: Budget) -> Self {
        Self { machine: Machine::new(), engine, budget }
    }
}

impl Engine for Rego {
    type Program = Compiled;

    fn compile(&mut self, template: &Template) -> Result<Compiled, Vec<LoadError>> {
        let compiled = Compiled::new(&template.source)?;
        if compiled.has(Entry::Violation) {
            return Ok(compiled);
        }
        let file = template.source.modules.first().map(|module| module.file.clone());
        Err(vec![LoadError {
            file: file.unwrap_or_default(),
            line: 0,
            column: 0,
            text: String::new(),
            message: "has no rule `violation`".to_owned(),
            reason: Reason::Invalid,
        }])
    }

    fn violations(
        &mut self,
        program: &Compiled,
        input: &Value,
        data: &Value,
    ) -> Result<Vec<Value>, String> {
        let (input, data) = (to_rego(input), to_rego(data));
        let engine = self.engine.unwrap_or_else(|| match program.program() {
            Ok(_) => EngineKind::Rvm,
            Err(_) => EngineKind::Interpreter,
        });
        let result =
            self.machine.run(program, Entry::Violation, engine, input, &data, &self.budget);
        let result = match result {
            Ok(result) => result,
            // The place is for people who debug; a violation is what it says.
            Err(EvalError::Failed { message, .. }) => return Err(message),
            Err(error) => return Err(error.to_string()),
        };
        elements(&result)
    }
}

/// What iterating over the document gives: the elements of a set, the keys of
/// an object. Gatekeeper does not compile anything else.
fn elements(result: &RegoValue) -> Result<Vec<Value>, String> {
    match result {
        RegoValue::Set(elements) => Ok(elements.iter().map(from_rego).collect()),
        RegoValue::Object(fields) => Ok(fields.keys().map(from_rego).collect()),
        other => Err(format!("violation must be a set of objects, is {other}")),
    }
}
