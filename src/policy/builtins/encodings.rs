//! Encodings that the engine has otherwise than OPA.

use std::sync::OnceLock;

use regorus::Value;
use regorus::unstable::BuiltinFcn;

use super::call::{Failure, Outcome, Undefined, stock_outcome, text};
use super::caps;
use super::collections::wants;

type Found = OnceLock<Option<BuiltinFcn>>;

macro_rules! valid {
    ($($(#[$doc:meta])* $function:ident $name:literal $cap:ident;)*) => {
        $($(#[$doc])*
        pub(super) fn $function(args: &[Value]) -> Outcome {
            static FOUND: Found = OnceLock::new();
            match args {
                [Value::String(_)] => {
                    stock_outcome($name, &FOUND, caps::$cap, Undefined::Error, args)
                }
                _ => Ok(Value::Bool(false)),
            }
        })*
    };
}

valid! {
    /// `base64.is_valid(text)`; what is no string is not.
    base64_is_valid "base64.is_valid" plain;
    /// `json.is_valid(text)`; what is no string is not.
    json_is_valid "json.is_valid" parsed;
    /// `yaml.is_valid(text)`; what is no string is not.
    yaml_is_valid "yaml.is_valid" parsed;
}

/// `base64url.decode(text)`, with or without padding.
pub(super) fn base64url_decode(args: &[Value]) -> Outcome {
    static FOUND: Found = OnceLock::new();
    let padded = match args {
        [Value::String(encoded)] if encoded.len() % 4 != 0 && !encoded.ends_with('=') => {
            vec![text(format!("{encoded}{}", "=".repeat(4 - encoded.len() % 4)))]
        }
        _ => args.to_vec(),
    };
    stock_outcome("base64url.decode", &FOUND, caps::plain, Undefined::Error, &padded)
}

/// `json.marshal(value)`; Go's encoder hides what HTML would read.
pub(super) fn json_marshal(args: &[Value]) -> Outcome {
    static FOUND: Found = OnceLock::new();
    let marshalled = stock_outcome("json.marshal", &FOUND, caps::deep, Undefined::Error, args)?;
    let Value::String(json) = &marshalled else { return Ok(marshalled) };
    if !json.contains(['&', '<', '>', '\u{2028}', '\u{2029}']) {
        return Ok(marshalled);
    }
    // They stand in strings only.
    let mut out = String::with_capacity(json.len() + 32);
    for c in json.chars() {
        match c {
            '&' => out.push_str("\\u0026"),
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
    Ok(text(out))
}

/// `urlquery.encode(text)`.
pub(super) fn url_encode(args: &[Value]) -> Outcome {
    match args {
        [Value::String(plain)] => Ok(text(query_escaped(plain))),
        _ => Err(wants(args, "a string")),
    }
}

fn query_escaped(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    for byte in plain.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// `urlquery.decode(text)`.
pub(super) fn url_decode(args: &[Value]) -> Outcome {
    match args {
        [Value::String(escaped)] => Ok(text(query_plain(escaped)?)),
        _ => Err(wants(args, "a string")),
    }
}

fn query_plain(escaped: &str) -> Result<String, Failure> {
    let invalid = || Failure::Failed(format!("invalid URL escape in {escaped:?}"));
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut rest = escaped.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16));
                let (high, low) = (digit().ok_or_else(invalid)?, digit().ok_or_else(invalid)?);
                u8::try_from(high * 16 + low).map_err(|_| invalid())?
            }
            byte => byte,
        });
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// `urlquery.encode_object(object)`: values are strings or collections of them.
pub(super) fn url_encode_object(args: &[Value]) -> Outcome {
    let [Value::Object(fields)] = args else { return Err(wants(args, "an object")) };
    let mut pairs = Vec::new();
    let mut add = |key: &str, value: &Value| match value {
        Value::String(value) => {
            pairs.push(format!("{}={}", query_escaped(key), query_escaped(value)));
            Ok(())
        }
        _ => Err(Failure::Failed("values must be strings or collections of them".to_owned())),
    };
    for (key, value) in fields.iter_sorted() {
        let Value::String(key) = key else {
            return Err(Failure::Failed("keys must be strings".to_owned()));
        };
        match value {
            Value::Array(items) => items.iter().try_for_each(|item| add(key, item))?,
            Value::Set(items) => items.iter_sorted().try_for_each(|item| add(key, item))?,
            value => add(key, value)?,
        }
    }
    Ok(text(pairs.join("&")))
}

/// `urlquery.decode_object(text)`: for each name the array of its values.
pub(super) fn url_decode_object(args: &[Value]) -> Outcome {
    let [Value::String(query)] = args else { return Err(wants(args, "a string")) };
    let mut fields: std::collections::BTreeMap<Value, Vec<Value>> = Default::default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        if pair.contains(';') {
            return Err(Failure::Failed("a semicolon must be escaped".to_owned()));
        }
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        fields.entry(text(query_plain(key)?)).or_default().push(text(query_plain(value)?));
    }
    let fields = fields.into_iter().map(|(key, values)| (key, Value::from(values)));
    Ok(Value::from(fields.collect::<std::collections::BTreeMap<_, _>>()))
}
