//! A patch as a person reads it, in lines that fit a terminal.

use serde_json::Value;

use crate::document::{PatchOperation, difference};

use super::output::{Paint, hanging, paint};

/// The operations of a patch, a field each, `+` for set and `-` for removed.
/// Every line ends with a line break.
pub(super) fn changes(patch: &[PatchOperation], indent: usize, width: usize) -> String {
    let mut out = String::new();
    for change in difference(patch) {
        let value =
            serde_json::from_str(&change.value).map_or_else(|_| change.value.clone(), |v| flow(&v));
        let colon = if value.is_empty() { "" } else { ": " };
        let text = format!("{}{colon}{value}", change.path);
        let colour = if change.sign == '+' { Paint::Good } else { Paint::Notice };
        let line = hanging(&format!("{} {text}", change.sign), indent, 4, width);
        out.push_str(&paint(line.trim_end_matches('\n'), colour));
        out.push('\n');
    }
    out
}

/// A value in YAML's flow style, names first.
fn flow(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| (*key != "name" && *key != "key", *key));
            let inner: Vec<String> =
                fields.into_iter().map(|(key, value)| format!("{key}: {}", flow(value))).collect();
            format!("{{{}}}", inner.join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", "))
        }
        Value::String(text) if is_plain(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a text can stand without quotes and is still read as a text.
fn is_plain(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b"-_./@".contains(&b);
    text.bytes().all(word)
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && !["true", "false", "null", "yes", "no", "on", "off"]
            .contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::Mutator;

    #[test]
    fn long_values_are_wrapped_below_their_field() {
        let mut document = json!({"spec": {"volumes": [], "old": 1}});
        let mut mutator = Mutator::new(&mut document);
        let volume =
            json!({"secret": {"secretName": "registry-ca", "items": ["ca.crt"]}, "name": "v"});
        mutator.set(&["spec", "volumes", "-"], volume).unwrap();
        mutator.remove(&["spec", "old"]).unwrap();
        assert_eq!(
            changes(&mutator.into_operations(), 2, 44),
            "  + spec.volumes[+]: {name: v, secret:\n      {items: [ca.crt], secretName:\n      registry-ca}}\n  - spec.old\n"
        );
    }

    #[test]
    fn texts_that_would_be_read_otherwise_are_quoted() {
        for text in ["", "12", "1.8", "true", "No", "a: b", "null", "{}"] {
            assert_eq!(flow(&json!(text)), format!("{text:?}"));
        }
        for text in ["Always", "lessor.io/tenant", "/var/run"] {
            assert_eq!(flow(&json!(text)), text);
        }
    }
}
