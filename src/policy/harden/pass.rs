//! All repairs, in their order.

use regorus::rvm::Program;

use super::edit::Editor;
use super::shape::Shape;
use super::{arguments, comprehensions, conflicts, documents, operators, shims, undefined};

/// A program that means what Rego means.
///
/// # Errors
/// Why it cannot be had.
pub(in crate::policy) fn harden(program: Program) -> Result<Program, String> {
    if let Some(call) =
        program.instruction_data.function_call_params.iter().find(|c| c.num_args == 8)
    {
        // The compiler drops the ninth argument without a word.
        let name =
            program.rule_infos.get(usize::from(call.func_rule_index)).map(|r| r.name.as_str());
        return Err(format!("{} has too many arguments", name.unwrap_or("a function")));
    }
    let shape = Shape::of(&program);
    let mut editor = Editor::new(program);
    operators::check(&mut editor)?;
    shims::call(&mut editor)?;
    documents::load(&mut editor, &shape);
    arguments::guard(&mut editor, &shape);
    undefined::guard(&mut editor, &shape);
    conflicts::values(&mut editor, &shape)?;
    conflicts::entries(&mut editor, &shape)?;
    comprehensions::enclose(&mut editor, &shape)?;
    editor.finish()
}
