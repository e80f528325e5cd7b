//! Checks that repaired programs make and no policy can call.

use std::cell::RefCell;

use regorus::Value;

use super::call::{Builtin, unpacked};
use crate::policy::faults;

/// Most rules of one program, as the engine has it.
const RULES: usize = 4_000;

macro_rules! checks {
    ($($constant:ident $name:literal $arity:literal $function:path;)*) => {
        $(pub(in crate::policy) static $constant: Builtin = Builtin {
            name: $name,
            arity: $arity,
            call: $function,
            function: |_, _, args, _| $function(args),
            packed: |_, _, args, _| $function(unpacked(args)),
        };)*
    };
}

checks! {
    FIRST_VALUE "lessor.first_value" 1 first_value;
    ONE_VALUE "lessor.one_value" 2 one_value;
    ONE_ENTRY "lessor.one_entry" 3 one_entry;
    RELEASE "lessor.release" 0 release;
    COLLECTION "lessor.collection" 1 collection;
}

thread_local! {
    /// The value that a rule's present evaluation has, by the rule's number. A
    /// rule cannot be evaluated inside its own evaluation: recursion is refused
    /// at load.
    static VALUES: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

/// `first_value(rule)`: an evaluation of the rule begins.
fn first_value(args: &[Value]) -> anyhow::Result<Value> {
    let [rule] = args else { return Ok(Value::Bool(true)) };
    VALUES.with_borrow_mut(|values| {
        let index = number(rule);
        if index < RULES {
            if values.len() <= index {
                values.resize(index + 1, Value::Undefined);
            }
            values[index] = Value::Undefined;
        }
    });
    Ok(Value::Bool(true))
}

/// `one_value(value, rule)`: the rule's evaluation yields a value; all that it
/// yields must be equal.
fn one_value(args: &[Value]) -> anyhow::Result<Value> {
    let [value, rule] = args else { return Ok(Value::Bool(true)) };
    let fits = VALUES.with_borrow_mut(|values| match values.get_mut(number(rule)) {
        Some(slot @ Value::Undefined) => {
            *slot = value.clone();
            true
        }
        Some(slot) => slot == value,
        None => true,
    });
    if fits {
        return Ok(Value::Bool(true));
    }
    Err(faults::conflict(MANY_VALUES.to_owned()).into())
}

const MANY_VALUES: &str = "a complete rule or function must not produce multiple outputs";

/// `one_entry(object, key, value)`: about to go into the object.
fn one_entry(args: &[Value]) -> anyhow::Result<Value> {
    if let [Value::Object(object), key, value] = args
        && object.get(key).is_some_and(|known| known != value)
    {
        let message = format!("an object must not have two values for the key {key}");
        return Err(faults::conflict(message).into());
    }
    Ok(Value::Bool(true))
}

/// `release()`: the engine lets go of the arguments of the call before. While it
/// holds an object, adding to it would copy it.
#[allow(clippy::unnecessary_wraps)]
fn release(_: &[Value]) -> anyhow::Result<Value> {
    Ok(Value::Bool(true))
}

/// `collection(value)`: undefined unless there is something to loop over.
#[allow(clippy::unnecessary_wraps)]
fn collection(args: &[Value]) -> anyhow::Result<Value> {
    Ok(match args {
        [value @ (Value::Array(_) | Value::Set(_) | Value::Object(_))] => value.clone(),
        _ => Value::Undefined,
    })
}

fn number(rule: &Value) -> usize {
    rule.as_u64().ok().and_then(|rule| usize::try_from(rule).ok()).unwrap_or(usize::MAX)
}
