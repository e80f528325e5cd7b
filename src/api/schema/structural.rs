//! Whether a schema is structural, by the rules of CustomResourceDefinitions:
//! every value has a type outside of `allOf`, `anyOf`, `oneOf` and `not`, what
//! those speak of is declared outside of them, and every keyword is known.

use serde_json::{Map, Value};

use super::draft::pattern_error;
use super::known::is;
use super::parameters::MAX_ERRORS;
use crate::api::FieldError;
use crate::document::{child, index};
use crate::names::Reason;

/// Deepest nesting of a schema.
const MAX_DEPTH: usize = 32;
/// Most schemas within a schema.
const MAX_SCHEMAS: usize = 1_000;
/// Most regular expressions within a schema.
const MAX_PATTERNS: usize = 32;

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];
/// Keywords that say what a value is.
const DECLARING: [&str; 14] = [
    "additionalProperties",
    "default",
    "description",
    "example",
    "externalDocs",
    "items",
    "nullable",
    "properties",
    "title",
    "type",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-preserve-unknown-fields",
];
/// Keywords that narrow, and whether their value is a number, text, or else.
const NARROWING: [(&str, Shape); 20] = [
    ("allOf", Shape::Schemas),
    ("anyOf", Shape::Schemas),
    ("enum", Shape::Values),
    ("exclusiveMaximum", Shape::Boolean),
    ("exclusiveMinimum", Shape::Boolean),
    ("format", Shape::Text),
    ("maxItems", Shape::Count),
    ("maxLength", Shape::Count),
    ("maxProperties", Shape::Count),
    ("maximum", Shape::Number),
    ("minItems", Shape::Count),
    ("minLength", Shape::Count),
    ("minProperties", Shape::Count),
    ("minimum", Shape::Number),
    ("multipleOf", Shape::Positive),
    ("not", Shape::Schema),
    ("oneOf", Shape::Schemas),
    ("pattern", Shape::Text),
    ("required", Shape::Texts),
    ("uniqueItems", Shape::Boolean),
];
/// What may not stand inside of `allOf`, `anyOf`, `oneOf` and `not`.
const OUTSIDE_ONLY: [&str; 9] = [
    "additionalProperties",
    "default",
    "description",
    "nullable",
    "title",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-preserve-unknown-fields",
];

#[derive(Clone, Copy)]
enum Shape {
    Boolean,
    Count,
    Number,
    Positive,
    Schema,
    Schemas,
    Text,
    Texts,
    Values,
}

impl Shape {
    /// What a value should be and is not.
    fn misses(self, value: &Value) -> Option<&'static str> {
        let texts = || value.as_array().is_some_and(|all| all.iter().all(Value::is_string));
        let (fits, wanted) = match self {
            Self::Boolean => (value.is_boolean(), "true or false"),
            Self::Count => (value.is_u64(), "a whole number, 0 or more"),
            Self::Number => (value.is_number(), "a number"),
            Self::Positive => {
                (value.as_f64().is_some_and(|number| number > 0.0), "a number above 0")
            }
            Self::Schema => (value.is_object(), "a schema"),
            Self::Schemas => {
                let schemas =
                    |all: &Vec<Value>| !all.is_empty() && all.iter().all(Value::is_object);
                (value.as_array().is_some_and(schemas), "a list of schemas, not empty")
            }
            Self::Text => (value.is_string(), "text"),
            Self::Texts => (texts(), "a list of texts"),
            Self::Values => {
                (value.as_array().is_some_and(|all| !all.is_empty()), "a list of values, not empty")
            }
        };
        (!fits).then_some(wanted)
    }
}

/// Everything that is wrong with a schema of an object, found at `field`.
pub(super) fn errors(schema: &Value, field: &str) -> Vec<FieldError> {
    let mut check = Check { errors: Vec::new(), schemas: 0, patterns: 0 };
    check.declared(schema, field, 0);
    if schema.get("type").is_some_and(|kind| kind != "object") {
        check.wrong(&format!("{field}.type"), "parameters are an object: write `object`");
    }
    check.errors.truncate(MAX_ERRORS);
    check.errors
}

struct Check {
    errors: Vec<FieldError>,
    schemas: usize,
    patterns: usize,
}

impl Check {
    fn wrong(&mut self, field: &str, message: impl Into<String>) {
        self.errors.push(FieldError {
            field: field.to_owned(),
            reason: Reason::Invalid,
            message: message.into(),
        });
    }

    /// Counts a schema; none where it is not one, or one too many.
    fn enter<'s>(
        &mut self,
        schema: &'s Value,
        field: &str,
        depth: usize,
    ) -> Option<&'s Map<String, Value>> {
        self.schemas += 1;
        if self.errors.len() >= MAX_ERRORS {
            return None;
        }
        if depth > MAX_DEPTH || self.schemas > MAX_SCHEMAS {
            if depth > MAX_DEPTH || self.schemas == MAX_SCHEMAS + 1 {
                self.wrong(
                    field,
                    format!("is too large; at most {MAX_DEPTH} levels and {MAX_SCHEMAS} schemas"),
                );
            }
            return None;
        }
        if schema.as_object().is_none() {
            self.wrong(field, "must be a schema: an object");
        }
        schema.as_object()
    }

    /// A schema that declares a value.
    fn declared(&mut self, schema: &Value, field: &str, depth: usize) {
        let Some(keywords) = self.enter(schema, field, depth) else { return };
        self.types(schema, field);
        for (keyword, value) in keywords {
            self.keyword(keyword, value, &child(field, keyword));
        }
        if let Some(properties) = keywords.get("properties") {
            let path = format!("{field}.properties");
            let Some(properties) = properties.as_object() else {
                return self.wrong(&path, "must be an object of schemas by name");
            };
            for (name, schema) in properties {
                self.declared(schema, &child(&path, name), depth + 1);
            }
        }
        match keywords.get("additionalProperties") {
            Some(Value::Bool(true)) | None => {}
            Some(Value::Bool(false)) => self.wrong(
                &format!("{field}.additionalProperties"),
                "remove it: what the schema does not know is refused anyway",
            ),
            Some(_) if keywords.contains_key("properties") => self.wrong(
                &format!("{field}.additionalProperties"),
                "stands in place of properties, not beside them",
            ),
            Some(schema) => {
                self.declared(schema, &format!("{field}.additionalProperties"), depth + 1);
            }
        }
        if let Some(items) = keywords.get("items") {
            self.declared(items, &format!("{field}.items"), depth + 1);
        }
        self.junctors(schema, schema, field, depth);
    }

    fn types(&mut self, schema: &Value, field: &str) {
        let path = format!("{field}.type");
        let free = is(schema, "x-kubernetes-int-or-string")
            || is(schema, "x-kubernetes-preserve-unknown-fields");
        match schema.get("type").map(|kind| (kind.as_str(), kind)) {
            None if free => {}
            None => self.wrong(&path, format!("is missing; one of {}", TYPES.join(", "))),
            Some((Some(_), _)) if is(schema, "x-kubernetes-int-or-string") => {
                self.wrong(&path, "remove it: x-kubernetes-int-or-string is the type");
            }
            Some((Some("array"), _)) if schema.get("items").is_none() => {
                self.wrong(
                    &format!("{field}.items"),
                    "is missing; an array has a schema of its items",
                );
            }
            Some((Some(kind), _)) if TYPES.contains(&kind) => {}
            Some((_, kind)) => {
                self.wrong(&path, format!("{kind} is not a type; one of {}", TYPES.join(", ")));
            }
        }
    }

    fn keyword(&mut self, keyword: &str, value: &Value, path: &str) {
        if DECLARING.contains(&keyword) {
            let switch = keyword == "nullable"
                || matches!(
                    keyword,
                    "x-kubernetes-int-or-string" | "x-kubernetes-preserve-unknown-fields"
                );
            if switch && !value.is_boolean() {
                self.wrong(path, "must be true or false");
            }
            return self.list_keyword(keyword, value, path);
        }
        match NARROWING.iter().find(|(known, _)| *known == keyword) {
            Some((_, shape)) => {
                if let Some(wanted) = shape.misses(value) {
                    self.wrong(path, format!("must be {wanted}"));
                } else if keyword == "pattern" {
                    self.pattern(value, path);
                }
            }
            None if keyword == "x-kubernetes-validations" => {
                self.wrong(path, "rules in CEL are not evaluated here; write them in Rego");
            }
            None => self.wrong(path, "is not a keyword of a structural schema"),
        }
    }

    fn pattern(&mut self, value: &Value, path: &str) {
        self.patterns += 1;
        if self.patterns > MAX_PATTERNS {
            self.wrong(path, format!("is one too many; at most {MAX_PATTERNS} patterns"));
        } else if let Some(error) = value.as_str().and_then(pattern_error) {
            self.wrong(path, format!("is not a regular expression that can be used: {error}"));
        }
    }

    fn list_keyword(&mut self, keyword: &str, value: &Value, path: &str) {
        if keyword == "x-kubernetes-list-type"
            && !value.as_str().is_some_and(|kind| ["atomic", "map", "set"].contains(&kind))
        {
            self.wrong(path, "must be atomic, map or set");
        }
        if keyword == "x-kubernetes-list-map-keys"
            && let Some(wanted) = Shape::Texts.misses(value)
        {
            self.wrong(path, format!("must be {wanted}"));
        }
    }

    /// What `allOf`, `anyOf`, `oneOf` and `not` of a schema say about what
    /// `declaring` declares.
    fn junctors(&mut self, schema: &Value, declaring: &Value, field: &str, depth: usize) {
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let schemas = schema.get(keyword).and_then(Value::as_array);
            for (i, schema) in schemas.into_iter().flatten().enumerate() {
                let path = index(&format!("{field}.{keyword}"), i);
                self.narrowing(schema, declaring, &path, depth + 1);
            }
        }
        if let Some(schema) = schema.get("not") {
            self.narrowing(schema, declaring, &format!("{field}.not"), depth + 1);
        }
    }

    fn narrowing(&mut self, schema: &Value, declaring: &Value, field: &str, depth: usize) {
        let Some(keywords) = self.enter(schema, field, depth) else { return };
        let either = is(declaring, "x-kubernetes-int-or-string");
        for (keyword, value) in keywords {
            let path = child(field, keyword);
            if OUTSIDE_ONLY.contains(&keyword.as_str()) || (keyword == "type" && !either) {
                self.wrong(&path, "stands outside of allOf, anyOf, oneOf and not only");
            } else {
                self.keyword(keyword, value, &path);
            }
        }
        let properties = keywords.get("properties").and_then(Value::as_object);
        for (name, schema) in properties.into_iter().flatten() {
            let path = child(&format!("{field}.properties"), name);
            match declaring.get("properties").and_then(|declared| declared.get(name)) {
                Some(declaring) => self.narrowing(schema, declaring, &path, depth + 1),
                None => self.wrong(&path, "is not declared outside of it"),
            }
        }
        if let Some(schema) = keywords.get("items") {
            let path = format!("{field}.items");
            match declaring.get("items") {
                Some(declaring) => self.narrowing(schema, declaring, &path, depth + 1),
                None => self.wrong(&path, "is not declared outside of it"),
            }
        }
        self.junctors(schema, declaring, field, depth);
    }
}
