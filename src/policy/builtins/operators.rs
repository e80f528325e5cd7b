//! Operators as functions: the arithmetic that repaired programs call, and the
//! names that OPA has for infix operators.

use regorus::Value;

use super::call::{Builtin, Failure, Outcome, run, unpacked};
use super::caps::Refusal;

macro_rules! operators {
    ($($constant:ident $name:literal $function:path;)*) => {
        $(pub(in crate::policy) static $constant: Builtin = {
            fn call(args: &[Value]) -> anyhow::Result<Value> {
                run($name, args, $function)
            }
            Builtin {
                name: $name,
                arity: 2,
                call,
                function: |_, _, args, _| call(args),
                packed: |_, _, args, _| call(unpacked(args)),
            }
        };)*

        /// All of them.
        pub(super) static OPERATORS: &[&Builtin] = &[$(&$constant),*];
    };
}

operators! {
    AND "and" and;
    DIV "div" div;
    EQ "eq" equal;
    EQUAL "equal" equal;
    GT "gt" gt;
    GTE "gte" gte;
    LT "lt" lt;
    LTE "lte" lte;
    MINUS "minus" minus;
    MUL "mul" mul;
    NEQ "neq" neq;
    OR "or" or;
    PLUS "plus" plus;
    REM "rem" rem;
}

/// Most bits of a product: beyond any quantity, far below what takes time.
const BITS: u64 = 1 << 13;

fn plus(args: &[Value]) -> Outcome {
    let [Value::Number(left), Value::Number(right)] = args else { return numbers(args) };
    made(left.add(right).map(Value::from))
}

fn minus(args: &[Value]) -> Outcome {
    match args {
        [Value::Number(left), Value::Number(right)] => made(left.sub(right).map(Value::from)),
        [Value::Set(left), Value::Set(right)] => Ok(Value::from(left.difference(right))),
        _ => numbers(args),
    }
}

fn mul(args: &[Value]) -> Outcome {
    let [Value::Number(left), Value::Number(right)] = args else { return numbers(args) };
    if bits(&args[0]) + bits(&args[1]) > BITS {
        return Err(Refusal(format!("a product of more than {BITS} bits")).into());
    }
    made(left.mul(right).map(Value::from))
}

fn bits(number: &Value) -> u64 {
    match number {
        Value::Number(number) if number.as_u64().is_none() && number.as_i64().is_none() => {
            number.as_big().map_or(64, |big| big.bits())
        }
        _ => 64,
    }
}

fn div(args: &[Value]) -> Outcome {
    let [Value::Number(left), Value::Number(right)] = args else { return numbers(args) };
    made(left.clone().divide(right).map(Value::from))
}

fn rem(args: &[Value]) -> Outcome {
    let [Value::Number(left), Value::Number(right)] = args else { return numbers(args) };
    made(left.clone().modulo(right).map(Value::from))
}

fn made(result: anyhow::Result<Value>) -> Outcome {
    result.map_err(|error| Failure::Failed(error.to_string()))
}

fn numbers(args: &[Value]) -> Outcome {
    let kinds: Vec<&str> = args.iter().map(kind).collect();
    Err(Failure::Failed(format!("expects numbers, got {}", kinds.join(" and "))))
}

/// A value's type as Rego names it.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Set(_) => "set",
        Value::Object(_) => "object",
        Value::Undefined => "undefined",
    }
}

fn and(args: &[Value]) -> Outcome {
    let [Value::Set(left), Value::Set(right)] = args else { return sets(args) };
    Ok(Value::from(left.intersection(right)))
}

fn or(args: &[Value]) -> Outcome {
    let [Value::Set(left), Value::Set(right)] = args else { return sets(args) };
    Ok(Value::from(left.union(right)))
}

fn sets(args: &[Value]) -> Outcome {
    let kinds: Vec<&str> = args.iter().map(kind).collect();
    Err(Failure::Failed(format!("expects sets, got {}", kinds.join(" and "))))
}

macro_rules! compared {
    ($($name:ident $operator:tt;)*) => {
        $(#[allow(clippy::unnecessary_wraps)]
        fn $name(args: &[Value]) -> Outcome {
            Ok(Value::Bool(args.first() $operator args.get(1)))
        })*
    };
}

compared! {
    equal ==;
    neq !=;
    lt <;
    lte <=;
    gt >;
    gte >=;
}
