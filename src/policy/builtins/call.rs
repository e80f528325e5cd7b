//! How a builtin is called: bounded, charged, with its errors written down.

use std::sync::{Arc, OnceLock};

use regorus::unstable::{BUILTINS, BuiltinFcn, Expr, Ref, Source, Span};
use regorus::{Extension, Value};

use super::caps::{self, Refusal};
use crate::policy::faults;

/// A builtin as both engines call it.
pub(in crate::policy) struct Builtin {
    pub(in crate::policy) name: &'static str,
    pub(in crate::policy) arity: u8,
    /// For the interpreter.
    pub(in crate::policy) call: fn(&[Value]) -> anyhow::Result<Value>,
    /// For the fast engine.
    pub(in crate::policy) function: Function,
    /// For the fast engine, with all arguments in one array.
    pub(in crate::policy) packed: Function,
}

/// The arguments of a packed call.
pub(super) fn unpacked(args: &[Value]) -> &[Value] {
    match args {
        [Value::Array(args)] => args.as_slice(),
        _ => args,
    }
}

/// The signature that the engine wants. Only the third argument is used: what a
/// call is about is its values, positions are known from the program.
pub(in crate::policy) type Function =
    fn(&Span, &[Ref<Expr>], &[Value], bool) -> anyhow::Result<Value>;

/// Whether a stock builtin may say "undefined" without an error, as OPA does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Undefined {
    Fine,
    Error,
}

/// What a builtin of ours says instead of a value.
pub(super) enum Failure {
    /// Bad arguments: an error of the policy, undefined in lenient sources.
    Failed(String),
    /// Too much of something: fatal.
    Refused(Refusal),
    /// Undefined without an error.
    Undefined,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

pub(super) type Outcome = Result<Value, Failure>;

/// Calls the engine's own builtin within a cap.
pub(super) fn stock(
    name: &'static str,
    found: &OnceLock<Option<BuiltinFcn>>,
    cap: fn(&[Value]) -> Result<u64, Refusal>,
    undefined: Undefined,
    args: &[Value],
) -> anyhow::Result<Value> {
    run(name, args, |args| stock_outcome(name, found, cap, undefined, args))
}

/// What the engine's own builtin makes of the arguments.
pub(super) fn stock_outcome(
    name: &'static str,
    found: &OnceLock<Option<BuiltinFcn>>,
    cap: fn(&[Value]) -> Result<u64, Refusal>,
    undefined: Undefined,
    args: &[Value],
) -> Outcome {
    charge(cap(args)?)?;
    let unknown = || Failure::Failed("not in this engine".to_owned());
    let (function, _) = found.get_or_init(|| BUILTINS.get(name).copied()).ok_or_else(unknown)?;
    let (span, params) = nowhere().ok_or_else(unknown)?;
    match function(span, params.get(..args.len()).unwrap_or(params), args, true) {
        Ok(Value::Undefined) if undefined == Undefined::Error => {
            Err(Failure::Failed("undefined for these arguments".to_owned()))
        }
        Ok(Value::Undefined) => Err(Failure::Undefined),
        Ok(value) => Ok(value),
        Err(error) if error.downcast_ref::<regorus::LimitError>().is_some() => {
            Err(Failure::Refused(Refusal(error.to_string())))
        }
        Err(error) => Err(Failure::Failed(said(&error.to_string()))),
    }
}

/// Calls a builtin of ours; it charges and caps for itself where its work is
/// not in proportion to its arguments.
pub(super) fn run(
    name: &'static str,
    args: &[Value],
    function: impl FnOnce(&[Value]) -> Outcome,
) -> anyhow::Result<Value> {
    let outcome = charge(1 + args.iter().map(caps::weight).sum::<u64>())
        .and_then(|()| function(args))
        .and_then(|value| {
            caps::result(&value)?;
            charge(caps::weight(&value))?;
            Ok(value)
        });
    match outcome {
        Ok(value) => Ok(value),
        Err(Failure::Undefined) => Ok(Value::Undefined),
        Err(Failure::Failed(message)) => match faults::failed(format!("{name}: {message}")) {
            Some(fatal) => Err(fatal.into()),
            None => Ok(Value::Undefined),
        },
        Err(Failure::Refused(Refusal(message))) => {
            Err(faults::over_budget(format!("{name}: {message}")).into())
        }
    }
}

/// Charges work. The fault is already written down; its own message stays.
pub(super) fn charge(units: u64) -> Result<(), Failure> {
    faults::charge(units).map_err(|_| Failure::Refused(Refusal("too much work".to_owned())))
}

/// A builtin for the interpreter, where extensions come before stock ones.
pub(in crate::policy) fn extension(builtin: &'static Builtin) -> Box<dyn Extension> {
    Box::new(move |args: Vec<Value>| (builtin.call)(&args))
}

/// Stock builtins ask their parameters for positions when they fail; ours are
/// all here, because the fast engine has none either.
fn nowhere() -> Option<&'static (Span, Vec<Ref<Expr>>)> {
    static NOWHERE: OnceLock<Option<(Span, Vec<Ref<Expr>>)>> = OnceLock::new();
    let made = NOWHERE.get_or_init(|| {
        let source = Source::from_contents(String::new(), String::new()).ok()?;
        let span = Span { source, line: 1, col: 1, start: 0, end: 0 };
        let param = |_| Ref::new(Expr::Null { span: span.clone(), value: Value::Null, eidx: 0 });
        Some((span.clone(), (0..8).map(param).collect()))
    });
    made.as_ref()
}

/// The sentence of an error of the engine, without its picture of the source.
pub(super) fn said(error: &str) -> String {
    let sentence = error.rsplit_once("error: ").map_or(error, |(_, sentence)| sentence);
    sentence.trim().to_owned()
}

/// A string result.
pub(super) fn text(text: impl Into<Arc<str>>) -> Value {
    Value::String(text.into())
}
