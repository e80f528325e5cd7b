//! Builtins that look at less than everything they are given. All others read
//! their arguments as a whole.

use regorus::Value;
use regorus::rvm::instructions::LiteralOrRegister;

use super::analysis::Analysis;
use super::frame::Frame;
use super::mark::step;
use super::value::{Abstract, Inside, Own, is_container};
use super::{Unbounded, fold};

/// Builtins whose result is not decided by their arguments. No policy may use
/// them; a memo must not depend on that.
const UNDETERMINED: [&str; 6] =
    ["http.send", "net.lookup_ip_addr", "opa.runtime", "rand.intn", "time.now_ns", "uuid.rfc4122"];
/// Builtins whose result is a number or undefined.
const NUMERIC: [&str; 12] = [
    "abs",
    "ceil",
    "count",
    "floor",
    "indexof",
    "product",
    "round",
    "semver.compare",
    "sum",
    "to_number",
    "units.parse",
    "units.parse_bytes",
];

/// Arithmetic.
#[derive(Clone, Copy)]
pub(super) enum Operator {
    /// Of numbers; has a result for all of them.
    Total,
    Difference,
    Quotient,
    Remainder,
}

impl Operator {
    /// By the name of the builtin that repaired programs call.
    fn named(name: &str) -> Option<Self> {
        match name {
            "plus" | "mul" => Some(Self::Total),
            "minus" => Some(Self::Difference),
            "div" => Some(Self::Quotient),
            "rem" => Some(Self::Remainder),
            _ => None,
        }
    }
}

impl Analysis<'_> {
    /// Numbers, or the difference of sets; and whether there is no error in it.
    pub(super) fn arithmetic(
        &mut self,
        operator: Operator,
        left: &Abstract,
        right: &Abstract,
    ) -> (Abstract, bool) {
        for operand in [left, right] {
            self.read_kind(operand);
            self.read_members(operand);
        }
        let both = |kind: &Own| left.is_own(kind) && right.is_own(kind);
        let (result, total) = match operator {
            Operator::Difference if both(&Own::Sets) => (Own::Sets, true),
            Operator::Total | Operator::Difference if both(&Own::Numbers) => (Own::Numbers, true),
            Operator::Quotient if both(&Own::Numbers) => (Own::Numbers, !may_be_zero(right)),
            Operator::Difference => (Own::Anything, false),
            Operator::Total | Operator::Quotient | Operator::Remainder => (Own::Numbers, false),
        };
        (result.into(), total)
    }

    /// Checks that programs are repaired with; None if it is not one of them.
    pub(super) fn check(
        &mut self,
        frame: &mut Frame<'_>,
        at: usize,
        name: &str,
        args: &[Abstract],
    ) -> Result<Option<Abstract>, Unbounded> {
        match (name, args) {
            // A rule's value: the same in every round of a loop. That two
            // definitions agree, is looked at where they come together.
            ("lessor.one_value", [value, _]) => {
                if frame.region.innermost(at).is_some() {
                    self.compare(value, value)?;
                    frame.agreed = true;
                }
            }
            // The same under one key of an object.
            ("lessor.one_entry", [object, key, value]) => {
                self.read_whole(key);
                self.compare(value, &object.element(None))?;
            }
            ("lessor.collection", [value]) => {
                self.read_kind(value);
                return Ok(Some(value.clone()));
            }
            ("lessor.first_value" | "lessor.release", _) => {}
            _ => return Ok(None),
        }
        Ok(Some(Abstract::anything()))
    }

    pub(super) fn builtin(&mut self, name: &str, args: &[Abstract]) -> Result<Abstract, Unbounded> {
        if UNDETERMINED.contains(&name) {
            return Err(Unbounded::Undetermined(name.to_owned()));
        }
        // One undefined argument makes it undefined.
        if args.iter().any(Abstract::is_nothing) {
            return Ok(Abstract::default());
        }
        match (name, args) {
            ("count", [collection]) => {
                self.read_shape(collection)?;
                return Ok(fold::count(collection));
            }
            ("object.keys", [object]) => {
                self.read_shape(object)?;
                return Ok(Own::Sets.into());
            }
            (
                "is_array" | "is_boolean" | "is_null" | "is_number" | "is_object" | "is_set"
                | "is_string" | "type_name",
                [value],
            ) => self.read_kind(value),
            ("object.get", [object, key, default]) => return self.get(object, key, default),
            ("array.concat", [left, right]) => return self.concat([left, right]),
            ("__builtin_sets.union", [left, right]) => {
                self.read_kind(left);
                self.read_kind(right);
                let mut union = Abstract::from(Own::Sets);
                for set in [left, right] {
                    union.join(&Abstract { members: set.members.clone(), ..Abstract::default() });
                }
                return Ok(union);
            }
            (name, [left, right]) if let Some(operator) = Operator::named(name) => {
                return Ok(self.arithmetic(operator, left, right).0);
            }
            _ => {
                for arg in args {
                    self.read_whole(arg);
                }
            }
        }
        let number = NUMERIC.contains(&name);
        Ok(if number { Own::Numbers.into() } else { Abstract::anything() })
    }

    /// `object.get(object, key, default)`, where an array of keys is a path.
    fn get(
        &mut self,
        object: &Abstract,
        key: &Abstract,
        default: &Abstract,
    ) -> Result<Abstract, Unbounded> {
        self.read_kind(object);
        let Some(keys) = key.literals() else {
            self.read_whole(object);
            self.read_whole(key);
            let mut out = default.clone();
            out.join(&Abstract::anything());
            return Ok(out);
        };
        let (mut out, mut missing) = (Abstract::default(), object.literals().is_none());
        for key in keys {
            let path = match key {
                Value::Array(path) => path.iter().collect(),
                key => vec![key],
            };
            let mut value = object.clone();
            for key in &path {
                value = self.index(&value, &Abstract::literal((*key).clone()))?;
            }
            out.join(&value);
            missing |= object.literals().is_some_and(|objects| {
                let at = |object| path.iter().fold(object, |value: &Value, key| &value[*key]);
                objects.iter().any(|object| *at(object) == Value::Undefined)
            });
        }
        if missing {
            out.join(default);
        }
        Ok(out)
    }

    /// `array.concat`: elements move, none is looked at.
    fn concat(&mut self, arrays: [&Abstract; 2]) -> Result<Abstract, Unbounded> {
        let mut elements = Vec::new();
        for array in arrays {
            self.read_shape(array)?;
            elements.push(self.iterate(array)?.1);
        }
        let mut inside = Inside::default();
        elements.iter().for_each(|element| _ = inside.rest.join(element));
        Ok(self.shallow(Abstract::built(inside)))
    }

    /// A reference below `data` that rules may answer: every rule that it may
    /// mean is read, and its result as a whole.
    pub(super) fn virtual_document(
        &mut self,
        frame: &Frame<'_>,
        components: &[LiteralOrRegister],
    ) -> Result<(), Unbounded> {
        self.data = true;
        let mut nodes = vec![self.program.rule_tree["data"].clone()];
        for component in components {
            let key = self.component(frame, component)?;
            self.read_whole(&key);
            let mut below = Vec::new();
            for node in nodes {
                match (&node, exact(&key)) {
                    // A rule answers; the rest of the path is about its result.
                    (Value::Number(_), _) => below.push(node),
                    (Value::Object(_), Some(key)) => below.push(node[key].clone()),
                    (Value::Object(children), None) => below.extend(children.values().cloned()),
                    _ => {}
                }
            }
            nodes = below;
        }
        while let Some(node) = nodes.pop() {
            match node {
                Value::Number(rule) => {
                    let rule = rule.as_u64().and_then(|rule| u16::try_from(rule).ok());
                    let result = self.call(rule.ok_or(Unbounded::Malformed)?, Vec::new())?;
                    self.read_whole(&result);
                }
                Value::Object(children) => nodes.extend(children.values().cloned()),
                _ => {}
            }
        }
        Ok(())
    }
}

fn may_be_zero(divisor: &Abstract) -> bool {
    let zero = Value::from(0_u64);
    divisor.literals().is_none_or(|values| values.contains(&zero))
}

/// The one text that a key is. A number may also mean the text of it.
fn exact(key: &Abstract) -> Option<&Value> {
    let values = key.literals()?;
    let value = values.first()?;
    (values.len() == 1 && step(value).is_some() && !is_container(value))
        .then_some(value)
        .filter(|value| matches!(value, Value::String(_)))
}
