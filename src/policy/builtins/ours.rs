//! Builtins of ours: what the engine lacks or has otherwise than OPA.

use regorus::Value;
use sha2::{Digest, Sha256};

use super::call::{Builtin, Outcome, run, text, unpacked};
use super::{collections, documents, encodings, nets, regexes, schemas, sprintf, texts, versions};

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
    "base64.is_valid" 1 encodings::base64_is_valid;
    "base64url.decode" 1 encodings::base64url_decode;
    "cast_array" 1 collections::cast_array;
    "cast_boolean" 1 collections::cast_boolean;
    "cast_null" 1 collections::cast_null;
    "cast_object" 1 collections::cast_object;
    "cast_set" 1 collections::cast_set;
    "cast_string" 1 collections::cast_string;
    "count" 1 collections::count;
    "crypto.sha256" 1 sha256;
    "external_data" 1 texts::external_data;
    "glob.quote_meta" 1 texts::quote_meta;
    "indexof" 2 texts::indexof;
    "indexof_n" 2 texts::indexof_n;
    "json.filter" 2 documents::filter;
    "json.is_valid" 1 encodings::json_is_valid;
    "json.marshal" 1 encodings::json_marshal;
    "json.match_schema" 2 schemas::matches;
    "json.remove" 2 documents::remove;
    "json.verify_schema" 1 schemas::verify;
    "net.cidr_contains_matches" 2 nets::contains_matches;
    "net.cidr_intersects" 2 nets::intersects;
    "net.cidr_merge" 1 nets::merge;
    "net.cidr_overlap" 2 nets::contains;
    "object.subset" 2 documents::subset;
    "re_match" 2 regexes::matches;
    "regex.find_all_string_submatch_n" 3 regexes::find_all;
    "regex.find_n" 3 regexes::find;
    "regex.is_valid" 1 regexes::is_valid;
    "regex.match" 2 regexes::matches;
    "regex.replace" 3 regexes::replace;
    "regex.split" 2 regexes::split;
    "regex.template_match" 4 regexes::template_match;
    "semver.compare" 2 versions::compare;
    "semver.is_valid" 1 versions::is_valid;
    "set_diff" 2 collections::set_diff;
    "sprintf" 2 sprintf::sprintf;
    "strings.count" 2 texts::strings_count;
    "strings.render_template" 2 texts::render_template;
    "strings.replace_n" 2 texts::replace_n;
    "strings.split_n" 3 texts::split_n;
    "substring" 3 texts::substring;
    "trace" 1 texts::trace;
    "urlquery.decode" 1 encodings::url_decode;
    "urlquery.decode_object" 1 encodings::url_decode_object;
    "urlquery.encode" 1 encodings::url_encode;
    "urlquery.encode_object" 1 encodings::url_encode_object;
    "yaml.is_valid" 1 encodings::yaml_is_valid;
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
