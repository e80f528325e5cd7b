//! Builtins of ours: what the engine lacks or has otherwise than OPA.

use regorus::Value;
use sha2::{Digest, Sha256};

use super::call::{Builtin, Outcome, run, text, unpacked};
use super::{collections, nets, regexes, sprintf, texts};

macro_rules! ours {
    ($($name:literal $arity:literal $function:path;)*) => {
        &[$({
            fn call(args: &[Value]) -> anyhow::Result<Value> {
                run($name, args, $function)
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

#[rustfmt::skip]
pub(super) static OURS: &[Builtin] = ours! {
    "all" 1 collections::all;
    "any" 1 collections::any;
    "array.flatten" 1 collections::flatten;
    "cast_array" 1 collections::cast_array;
    "cast_boolean" 1 collections::cast_boolean;
    "cast_null" 1 collections::cast_null;
    "cast_object" 1 collections::cast_object;
    "cast_set" 1 collections::cast_set;
    "cast_string" 1 collections::cast_string;
    "count" 1 collections::count;
    "crypto.sha256" 1 sha256;
    "external_data" 1 texts::external_data;
    "net.cidr_contains_matches" 2 nets::contains_matches;
    "net.cidr_intersects" 2 nets::intersects;
    "net.cidr_merge" 1 nets::merge;
    "net.cidr_overlap" 2 nets::contains;
    "re_match" 2 regexes::re_match;
    "set_diff" 2 collections::set_diff;
    "sprintf" 2 sprintf::sprintf;
    "strings.count" 2 texts::strings_count;
    "strings.render_template" 2 texts::render_template;
    "strings.split_n" 3 texts::split_n;
    "trace" 1 texts::trace;
};

/// `crypto.sha256(text)`, in lower-case hexadecimal digits.
fn sha256(args: &[Value]) -> Outcome {
    match args {
        [Value::String(of)] => {
            let digest = Sha256::digest(of.as_bytes());
            Ok(text(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
        }
        _ => Err(collections::wants(args, "a string")),
    }
}
