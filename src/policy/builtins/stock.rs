//! The engine's own builtins that are admitted, each with its cap.

use std::sync::OnceLock;

use regorus::unstable::BuiltinFcn;

use super::call::{self, Builtin, Undefined, unpacked};
use super::caps;

macro_rules! stock {
    ($($name:literal $arity:literal $cap:ident $(, $undefined:ident)?;)*) => {
        &[$({
            fn call(args: &[regorus::Value]) -> anyhow::Result<regorus::Value> {
                static FOUND: OnceLock<Option<BuiltinFcn>> = OnceLock::new();
                #[allow(unused_mut, unused_assignments)]
                let mut undefined = Undefined::Error;
                $(undefined = Undefined::$undefined;)?
                call::stock($name, &FOUND, caps::$cap, undefined, args)
            }
            Builtin {
                name: $name,
                arity: $arity,
                call,
                function: |_, _, args, _| call(args),
                packed: |_, _, args, _| call(unpacked(args)),
            }
        }),*]
    };
}

/// Name, number of arguments, cap; `Fine` where OPA says undefined without an
/// error.
#[rustfmt::skip]
pub(super) static STOCK: &[Builtin] = stock! {
    "__builtin_sets.intersection" 2 plain;
    "__builtin_sets.union" 2 plain;
    "abs" 1 plain;
    "array.concat" 2 plain;
    "array.reverse" 1 plain;
    "array.slice" 3 plain;
    "base64.decode" 1 plain;
    "base64.encode" 1 plain;
    "base64url.encode" 1 plain;
    "base64url.encode_no_pad" 1 plain;
    "bits.and" 2 plain;
    "bits.lsh" 2 shift;
    "bits.negate" 1 plain;
    "bits.or" 2 plain;
    "bits.rsh" 2 plain;
    "bits.xor" 2 plain;
    "ceil" 1 plain;
    "concat" 2 joined;
    "contains" 2 plain;
    "endswith" 2 plain;
    "floor" 1 plain;
    "format_int" 2 plain;
    "glob.match" 3 glob;
    "graph.reachable" 2 graph;
    "graph.reachable_paths" 2 graph_paths;
    "hex.decode" 1 plain;
    "hex.encode" 1 plain;
    "intersection" 1 deep;
    "is_array" 1 plain;
    "is_boolean" 1 plain;
    "is_null" 1 plain;
    "is_number" 1 plain;
    "is_object" 1 plain;
    "is_set" 1 plain;
    "is_string" 1 plain;
    "json.marshal_with_options" 2 deep;
    "json.patch" 2 deep;
    "json.unmarshal" 1 parsed;
    "lower" 1 plain;
    "max" 1 plain, Fine;
    "min" 1 plain, Fine;
    "net.cidr_contains" 2 plain;
    "net.cidr_expand" 1 cidr;
    "net.cidr_is_valid" 1 plain;
    "numbers.range" 2 range;
    "numbers.range_step" 3 range;
    "object.filter" 2 plain;
    "object.get" 3 plain;
    "object.keys" 1 plain;
    "object.remove" 2 plain;
    "object.union" 2 deep;
    "object.union_n" 1 deep;
    "product" 1 plain;
    "replace" 3 replaced;
    "round" 1 plain;
    "sort" 1 sorted;
    "split" 2 plain;
    "startswith" 2 plain;
    "strings.any_prefix_match" 2 pairs;
    "strings.any_suffix_match" 2 pairs;
    "strings.reverse" 1 plain;
    "sum" 1 plain;
    "time.add_date" 4 plain;
    "time.clock" 1 plain;
    "time.date" 1 plain;
    "time.diff" 2 plain;
    "time.format" 1 plain;
    "time.parse_duration_ns" 1 plain;
    "time.parse_ns" 2 plain;
    "time.parse_rfc3339_ns" 1 plain;
    "time.weekday" 1 plain;
    "to_number" 1 number;
    "trim" 2 plain;
    "trim_left" 2 plain;
    "trim_prefix" 2 plain;
    "trim_right" 2 plain;
    "trim_space" 1 plain;
    "trim_suffix" 2 plain;
    "type_name" 1 plain;
    "union" 1 deep;
    "units.parse" 1 number;
    "units.parse_bytes" 1 number;
    "upper" 1 plain;
    "walk" 1 walked;
    "yaml.marshal" 1 deep;
    "yaml.unmarshal" 1 parsed;
};
