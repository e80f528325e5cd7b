//! What one instruction does to registers and to what is read.
//!
//! Every instruction of the engine is named: one that an upgrade adds does not
//! compile until it is modelled.

use regorus::Value;
use regorus::rvm::Instruction;
use regorus::rvm::instructions::{GuardMode, LiteralOrRegister, LoopStartParams};
use regorus::rvm::program::RuleType;

use super::analysis::Analysis;
use super::builtin::Operator;
use super::frame::{Frame, Order};
use super::paths::ROOT;
use super::region::{Around, Collection};
use super::value::{Abstract, Inside, Own};
use super::{Unbounded, fold};

impl Analysis<'_> {
    #[expect(clippy::too_many_lines, reason = "one arm for every instruction")]
    pub(super) fn step(&mut self, frame: &mut Frame<'_>, at: usize) -> Result<(), Unbounded> {
        use Instruction as I;
        let program = self.program;
        let data = &program.instruction_data;
        let instruction = program.instructions.get(at).ok_or(Unbounded::Malformed)?;
        match *instruction {
            I::Load { dest, literal_idx } => {
                frame.set(at, dest, &Abstract::literal(self.literal(literal_idx)?));
            }
            I::LoadTrue { dest } => frame.set(at, dest, &Abstract::literal(Value::Bool(true))),
            I::LoadFalse { dest } => frame.set(at, dest, &Abstract::literal(Value::Bool(false))),
            I::LoadNull { dest } => frame.set(at, dest, &Abstract::literal(Value::Null)),
            I::LoadBool { dest, value } => {
                frame.set(at, dest, &Abstract::literal(Value::Bool(value)));
            }
            I::LoadData { dest } => {
                self.data = true;
                frame.set(at, dest, &Abstract::anything());
            }
            I::LoadInput { dest } => frame.set(at, dest, &Abstract::input(ROOT)),
            // The same as long as the program is.
            I::LoadMetadata { dest } => frame.set(at, dest, &Abstract::anything()),
            I::LoadContext { .. } => return Err(Unbounded::Undetermined("the context".into())),
            I::HostAwait { .. } => return Err(Unbounded::Undetermined("a host function".into())),
            I::Move { dest, src } => frame.set(at, dest, &frame.get(src)),

            I::Add { dest, left, right } | I::Mul { dest, left, right } => {
                self.operator(frame, at, dest, [left, right], Operator::Total)?;
            }
            I::Sub { dest, left, right } => {
                self.operator(frame, at, dest, [left, right], Operator::Difference)?;
            }
            I::Div { dest, left, right } => {
                self.operator(frame, at, dest, [left, right], Operator::Quotient)?;
            }
            I::Mod { dest, left, right } => {
                self.operator(frame, at, dest, [left, right], Operator::Remainder)?;
            }

            I::Eq { dest, left, right }
            | I::Ne { dest, left, right }
            | I::Lt { dest, left, right }
            | I::Le { dest, left, right }
            | I::Gt { dest, left, right }
            | I::Ge { dest, left, right } => {
                let (left, right) = (frame.get(left), frame.get(right));
                self.compare(&left, &right)?;
                frame.set(at, dest, &fold::comparison(instruction, &left, &right));
            }
            I::Not { dest, operand } => {
                let operand = frame.get(operand);
                self.read_kind(&operand);
                frame.set(at, dest, &fold::negation(&operand));
            }
            I::AssertEq { left, right } => {
                condition(frame, at)?;
                let (left, right) = (frame.get(left), frame.get(right));
                self.compare(&left, &right)?;
                if fold::never(&fold::equality(&left, &right)) {
                    frame.fail(at);
                }
            }
            I::Guard { register, mode } => {
                condition(frame, at)?;
                let value = frame.get(register);
                let fails = match mode {
                    // Presence is read with every path.
                    GuardMode::NotUndefined => value.is_nothing(),
                    GuardMode::Condition => fold::never(&value),
                    // Undefined passes.
                    GuardMode::Not => false,
                };
                if mode != GuardMode::NotUndefined {
                    self.read_kind(&value);
                }
                if fails {
                    frame.fail(at);
                }
            }

            I::BuiltinCall { params_index } => {
                let params =
                    data.get_builtin_call_params(params_index).ok_or(Unbounded::Malformed)?;
                let info = program.builtin_info_table.get(usize::from(params.builtin_index));
                let info = info.ok_or(Unbounded::Malformed)?;
                let args = registers(frame, params.arg_registers());
                let result = match self.check(frame, at, &info.name, &args)? {
                    Some(result) => result,
                    None => self.builtin(&info.name, &args)?,
                };
                frame.set(at, params.dest, &result);
            }
            I::FunctionCall { params_index } => {
                let params =
                    data.get_function_call_params(params_index).ok_or(Unbounded::Malformed)?;
                let args = registers(frame, params.arg_registers());
                let result = self.call(params.func_rule_index, args)?;
                frame.set(at, params.dest, &result);
            }
            I::CallRule { dest, rule_index } => {
                let result = self.call(rule_index, Vec::new())?;
                frame.set(at, dest, &result);
            }
            I::VirtualDataDocumentLookup { params_index } => {
                let params = data
                    .get_virtual_data_document_lookup_params(params_index)
                    .ok_or(Unbounded::Malformed)?;
                self.virtual_document(frame, &params.path_components)?;
                frame.set(at, params.dest, &Abstract::anything());
            }

            I::Index { dest, container, key } => {
                let result = self.index(&frame.get(container), &frame.get(key))?;
                frame.set(at, dest, &result);
            }
            I::IndexLiteral { dest, container, literal_idx } => {
                let key = Abstract::literal(self.literal(literal_idx)?);
                let result = self.index(&frame.get(container), &key)?;
                frame.set(at, dest, &result);
            }
            I::ChainedIndex { params_index } => {
                let params =
                    data.get_chained_index_params(params_index).ok_or(Unbounded::Malformed)?;
                let mut value = frame.get(params.root);
                for component in &params.path_components {
                    value = self.index(&value, &self.component(frame, component)?)?;
                }
                frame.set(at, params.dest, &value);
            }

            I::ObjectSet { obj, key, value } => {
                let key = frame.get(key);
                self.read_whole(&key);
                let mut inside = Inside::default();
                inside.add(&key, &frame.get(value));
                let object = self.shallow(Abstract::built(inside));
                frame.set(at, obj, &object);
            }
            I::ObjectCreate { params_index } => {
                let params =
                    data.get_object_create_params(params_index).ok_or(Unbounded::Malformed)?;
                let mut inside = Inside::default();
                let mut parts = Vec::new();
                for (key, value) in &params.literal_key_fields {
                    parts.push((Abstract::literal(self.literal(*key)?), frame.get(*value)));
                }
                for (key, value) in &params.fields {
                    let key = frame.get(*key);
                    self.read_whole(&key);
                    parts.push((key, frame.get(*value)));
                }
                // One undefined part makes it undefined.
                if parts.iter().all(|(key, value)| !key.is_nothing() && !value.is_nothing()) {
                    parts.iter().for_each(|(key, value)| inside.add(key, value));
                    let object = self.shallow(Abstract::built(inside));
                    frame.set(at, params.dest, &object);
                }
            }
            I::ArrayNew { dest } => frame.set(at, dest, &Own::Built.into()),
            I::ArrayPush { arr, value } | I::ArrayPushDefined { arr, value } => {
                let inside = Inside::anywhere(&frame.get(value));
                let array = self.shallow(Abstract::built(inside));
                frame.set(at, arr, &array);
            }
            I::ArrayCreate { params_index } => {
                let params =
                    data.get_array_create_params(params_index).ok_or(Unbounded::Malformed)?;
                let values = registers(frame, &params.elements);
                if !values.iter().any(Abstract::is_nothing) {
                    let mut inside = Inside::default();
                    for (position, value) in values.iter().enumerate() {
                        inside.add(&Abstract::literal(Value::from(position)), value);
                    }
                    let array = self.shallow(Abstract::built(inside));
                    frame.set(at, params.dest, &array);
                }
            }
            I::SetNew { dest } => frame.set(at, dest, &Own::Sets.into()),
            I::SetAdd { set, value } => {
                let more = self.shallow(Abstract::set_of([&frame.get(value)]));
                frame.set(at, set, &more);
            }
            I::SetCreate { params_index } => {
                let params =
                    data.get_set_create_params(params_index).ok_or(Unbounded::Malformed)?;
                let values = registers(frame, &params.elements);
                if !values.iter().any(Abstract::is_nothing) {
                    let set = self.shallow(Abstract::set_of(&values));
                    frame.set(at, params.dest, &set);
                }
            }
            I::Contains { dest, collection, value } => {
                let (collection, value) = (frame.get(collection), frame.get(value));
                self.find(&collection, &value)?;
                frame.set(at, dest, &fold::membership(&collection, &value));
            }
            I::Count { dest, collection } => {
                self.read_shape(&frame.get(collection))?;
                frame.set(at, dest, &Own::Numbers.into());
            }

            I::LoopStart { params_index } => {
                let params = data.get_loop_params(params_index).ok_or(Unbounded::Malformed)?;
                self.begin_loop(frame, at, params)?;
            }
            I::ComprehensionBegin { params_index } => {
                let params = data.comprehension_begin_params.get(usize::from(params_index));
                let params = params.ok_or(Unbounded::Malformed)?;
                if params.collection_reg != params.result_reg {
                    return Err(Unbounded::Foreign);
                }
                let (into, _) = frame.region.comprehension(at + 1).ok_or(Unbounded::Malformed)?;
                frame.set(at, params.result_reg, &empty(into));
            }
            I::ComprehensionYield { value_reg, key_reg } => {
                let (into, result) = frame.region.comprehension(at).ok_or(Unbounded::Malformed)?;
                let value = frame.get(value_reg);
                let collected = match (into, key_reg) {
                    (Collection::Set, _) => Abstract::set_of([&value]),
                    (Collection::Object, Some(key)) => {
                        let key = frame.get(key);
                        self.read_whole(&key);
                        let mut inside = Inside::default();
                        inside.add(&key, &value);
                        Abstract::built(inside)
                    }
                    (Collection::Object, None) => return Err(Unbounded::Foreign),
                    (Collection::Array, _) => Abstract::built(Inside::anywhere(&value)),
                };
                let collected = self.shallow(collected);
                frame.set(at, result, &collected);
            }
            I::RuleInit { result_reg, .. } => match frame.rule_type {
                RuleType::PartialSet => frame.set(at, result_reg, &Own::Sets.into()),
                RuleType::PartialObject => frame.set(at, result_reg, &Own::Built.into()),
                RuleType::Complete => {}
            },
            // What leaves the program.
            I::Return { value } => self.read_whole(&frame.get(value)),
            I::Halt {} => self.read_whole(&frame.get(0)),
            // Control flow, which `Region` follows.
            I::LoopNext { .. }
            | I::ComprehensionEnd {}
            | I::DestructuringSuccess {}
            | I::RuleReturn {} => {}
            I::AnyOfNext { check, result, .. } => {
                self.read_kind(&frame.get(check));
                frame.set(at, result, &Abstract::literal(Value::Bool(true)));
            }
            // Of other languages, or of features that are off.
            I::And { .. }
            | I::Or { .. }
            | I::ReturnUndefinedIfNotTrue { .. }
            | I::CoalesceUndefinedToNull { .. }
            | I::PolicyCondition { .. }
            | I::LogicalBlockStart { .. }
            | I::AllOfNext { .. }
            | I::LogicalBlockEnd { .. } => return Err(Unbounded::Foreign),
        }
        Ok(())
    }

    pub(super) fn literal(&self, index: u16) -> Result<Value, Unbounded> {
        self.program.literals.get(usize::from(index)).cloned().ok_or(Unbounded::Malformed)
    }

    pub(super) fn component(
        &self,
        frame: &Frame<'_>,
        component: &LiteralOrRegister,
    ) -> Result<Abstract, Unbounded> {
        match component {
            LiteralOrRegister::Literal(index) => self.literal(*index).map(Abstract::literal),
            LiteralOrRegister::Register(register) => Ok(frame.get(*register)),
        }
    }

    fn begin_loop(
        &mut self,
        frame: &mut Frame<'_>,
        at: usize,
        params: &LoopStartParams,
    ) -> Result<(), Unbounded> {
        let collection = frame.get(params.collection);
        let members = || collection.members.iter().flat_map(|members| members.paths());
        match frame.order_matters(at) {
            Order::No => frame.unordered.extend(members()),
            Order::UnlessConstant => frame.ordered.extend(members()),
            Order::Yes => self.read_members(&collection),
        }
        let (key, value) = self.iterate(&collection)?;
        frame.set(at, params.result_reg, &Abstract::anything());
        if value.is_nothing() {
            // It has no round.
            frame.fail(at + 1);
        }
        if params.key_reg != params.value_reg {
            frame.set(at, params.key_reg, &key);
        }
        frame.set(at, params.value_reg, &value);
        Ok(())
    }

    /// An instruction of the engine, which fails with an error that ends the
    /// body at whatever round of a loop it is met; repaired programs have calls
    /// instead.
    fn operator(
        &mut self,
        frame: &mut Frame<'_>,
        at: usize,
        dest: u8,
        operands: [u8; 2],
        operator: Operator,
    ) -> Result<(), Unbounded> {
        let [left, right] = operands.map(|register| frame.get(register));
        let (result, total) = self.arithmetic(operator, &left, &right);
        if !total {
            // Leaves the comprehension's context behind.
            if frame.region.comprehension(at).is_some() {
                return Err(Unbounded::Disorder);
            }
            frame.fallible = true;
        }
        frame.set(at, dest, &result);
        Ok(())
    }
}

/// A condition that fails ends a round of the innermost loop. In a
/// comprehension without a loop the engine loses count.
fn condition(frame: &Frame<'_>, at: usize) -> Result<(), Unbounded> {
    match frame.region.innermost(at) {
        Some(Around::Collected { .. }) => Err(Unbounded::Disorder),
        Some(Around::Loop | Around::Every) | None => Ok(()),
    }
}

fn empty(into: Collection) -> Abstract {
    match into {
        Collection::Set => Own::Sets.into(),
        Collection::Array | Collection::Object => Own::Built.into(),
    }
}

fn registers(frame: &Frame<'_>, registers: &[u8]) -> Vec<Abstract> {
    registers.iter().map(|register| frame.get(*register)).collect()
}
