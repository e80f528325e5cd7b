//! `input.review`: an AdmissionRequest as Go writes it in JSON.
//!
//! Gatekeeper hands the request through Go's `encoding/json`: `uid`, `kind`,
//! `resource`, `operation`, `userInfo`, `object`, `oldObject` and `options` are
//! always there, with zero values (`""`, `{}`, null) when nobody set them;
//! `name`, `namespace`, `subResource`, `requestKind`, `requestResource`,
//! `requestSubResource` and `dryRun` are left out when empty. A plain object
//! gets a request made of its own kind, name and namespace, with no operation
//! and nobody asking (gatekeeper, `pkg/target`; k8s.io/api, `admission/v1`).

use serde_json::{Map, Number, Value, json};

use super::document::type_of;
use super::matching::Origin;
use super::object::{Gvk, name, namespace};

/// What a constraint is asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    /// `input.review`.
    pub value: Value,
    /// How the object came to be judged.
    pub origin: Origin,
}

/// Why there is nothing to judge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// The AdmissionReview holds no `request`.
    #[error("the AdmissionReview has no request")]
    NoRequest,
    /// Neither `object` nor `oldObject`.
    #[error("the request has neither an object nor an oldObject to judge")]
    NoObject,
    /// A DELETE without `oldObject`.
    #[error("the request deletes, but has no oldObject")]
    NoOldObject,
    /// A field of a wrong name or type.
    #[error("{field}: {message}")]
    Field {
        /// The field, from the AdmissionReview.
        field: String,
        /// What is wrong.
        message: String,
    },
}

/// Whether an object is an AdmissionReview of any version.
#[must_use]
pub fn is_admission_review(object: &Value) -> bool {
    let gvk = Gvk::of(object);
    gvk.group == "admission.k8s.io" && gvk.kind == "AdmissionReview"
}

impl Review {
    /// What `object`, an object or a recorded AdmissionReview, asks.
    ///
    /// # Errors
    /// [`ReviewError`], for an AdmissionReview that gator refuses.
    pub fn of(object: &Value) -> Result<Self, ReviewError> {
        if is_admission_review(object) {
            Self::of_admission_review(object)
        } else {
            Ok(Self::of_object(object, Origin::Original))
        }
    }

    /// What a plain object asks: no operation, no user, no old object.
    #[must_use]
    pub fn of_object(object: &Value, origin: Origin) -> Self {
        let gvk = Gvk::of(object);
        let mut request = Map::new();
        let kind = json!({"group": gvk.group, "version": gvk.version, "kind": gvk.kind});
        request.insert("kind".to_owned(), kind);
        for (key, text) in [("name", name(object)), ("namespace", namespace(object))] {
            if !text.is_empty() {
                request.insert(key.to_owned(), text.into());
            }
        }
        request.insert("object".to_owned(), object.clone());
        Self { value: complete(request), origin }
    }

    /// What a recorded AdmissionReview asks, read strictly.
    ///
    /// # Errors
    /// [`ReviewError`]: no request, no object, fields that an AdmissionReview
    /// does not have, an object without `kind`.
    pub fn of_admission_review(review: &Value) -> Result<Self, ReviewError> {
        known(review, "", &["apiVersion", "kind", "request", "response"])?;
        let request = match review.get("request") {
            Some(Value::Object(request)) => request,
            None | Some(Value::Null) => return Err(ReviewError::NoRequest),
            Some(other) => return Err(mismatch("request", "an object", other)),
        };
        check(request)?;
        Self::of_request(request.clone())
    }

    /// What an AdmissionRequest asks. Empty fields that Go leaves out are left
    /// out, fields that it always writes are filled; on DELETE `object` is
    /// `oldObject`.
    ///
    /// # Errors
    /// [`ReviewError::NoObject`], [`ReviewError::NoOldObject`].
    pub fn of_request(mut request: Map<String, Value>) -> Result<Self, ReviewError> {
        let there = |request: &Map<String, Value>, key: &str| {
            request.get(key).is_some_and(|value| !value.is_null())
        };
        if !there(&request, "object") && !there(&request, "oldObject") {
            return Err(ReviewError::NoObject);
        }
        if request.get("operation").and_then(Value::as_str) == Some("DELETE") {
            let old = request.get("oldObject").filter(|old| !old.is_null()).cloned();
            let old = old.ok_or(ReviewError::NoOldObject)?;
            request.insert("object".to_owned(), old);
        }
        Ok(Self { value: complete(request), origin: Origin::Original })
    }

    /// `object`, unless it is null.
    #[must_use]
    pub fn object(&self) -> Option<&Value> {
        self.value.get("object").filter(|object| !object.is_null())
    }

    /// `oldObject`, unless it is null.
    #[must_use]
    pub fn old_object(&self) -> Option<&Value> {
        self.value.get("oldObject").filter(|object| !object.is_null())
    }

    /// `namespace` of the request; empty when it has none.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.value.get("namespace").and_then(Value::as_str).unwrap_or_default()
    }
}

/// Fills in and leaves out what Go does. Where the Namespace is not known,
/// Gatekeeper writes an empty `namespaceObject`.
fn complete(mut request: Map<String, Value>) -> Value {
    request.retain(|key, value| match key.as_str() {
        "name" | "namespace" | "subResource" | "requestSubResource" => !is_empty(value),
        "requestKind" | "requestResource" | "dryRun" => !value.is_null(),
        _ => true,
    });
    let version = |last: &str| json!({"group": "", "version": "", last: ""});
    for (key, zero) in [
        ("uid", json!("")),
        ("kind", version("kind")),
        ("resource", version("resource")),
        ("operation", json!("")),
        ("userInfo", json!({})),
        ("object", Value::Null),
        ("oldObject", Value::Null),
        ("options", Value::Null),
        ("namespaceObject", json!({})),
    ] {
        if request.get(key).is_none_or(Value::is_null) {
            request.insert(key.to_owned(), zero);
        }
    }
    for (keys, last) in
        [(["kind", "requestKind"], "kind"), (["resource", "requestResource"], "resource")]
    {
        for key in keys {
            if let Some(Value::Object(given)) = request.get_mut(key) {
                for part in ["group", "version", last] {
                    given.entry(part).or_insert_with(|| "".into());
                }
            }
        }
    }
    if let Some(Value::Object(user)) = request.get_mut("userInfo") {
        user.retain(|_, value| !is_empty(value));
    }
    let mut review = Value::Object(request);
    go_numbers(&mut review);
    review
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Writes numbers as they are after a way through Go: `1.0` and `1e3` are the
/// integers 1 and 1000.
pub(super) fn go_numbers(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(integer) = integral(number) {
                *value = integer.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(go_numbers),
        Value::Object(fields) => fields.values_mut().for_each(go_numbers),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// The integer that a floating number is, within what a float holds exactly.
fn integral(number: &Number) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let float = number.as_f64().filter(|_| number.is_f64())?;
    let whole = float.fract() == 0.0 && float.abs() <= EXACT;
    // In range and without a fraction: nothing is cut off.
    #[allow(clippy::cast_possible_truncation)]
    whole.then_some(float as i64)
}

const VERSION_AND_KIND: &[&str] = &["group", "version", "kind"];
const VERSION_AND_RESOURCE: &[&str] = &["group", "version", "resource"];
const REQUEST: &[&str] = &[
    "uid",
    "kind",
    "resource",
    "subResource",
    "requestKind",
    "requestResource",
    "requestSubResource",
    "name",
    "namespace",
    "operation",
    "userInfo",
    "object",
    "oldObject",
    "dryRun",
    "options",
];

/// Refuses what does not fit the Go type: gator reads an AdmissionReview with
/// unknown fields as an error (`pkg/gator/verify`).
fn check(request: &Map<String, Value>) -> Result<(), ReviewError> {
    for (key, value) in request {
        let field = format!("request.{key}");
        match key.as_str() {
            "kind" | "requestKind" => known(value, &field, VERSION_AND_KIND)?,
            "resource" | "requestResource" => known(value, &field, VERSION_AND_RESOURCE)?,
            "userInfo" => known(value, &field, &["username", "uid", "groups", "extra"])?,
            "object" | "oldObject" => has_kind(value, &field)?,
            "options" => {}
            "dryRun" if value.is_boolean() || value.is_null() => {}
            "dryRun" => return Err(mismatch(&field, "a boolean", value)),
            key if !REQUEST.contains(&key) => return Err(unknown(&field, REQUEST)),
            _ if value.is_string() || value.is_null() => {}
            _ => return Err(mismatch(&field, "a string", value)),
        }
    }
    Ok(())
}

fn known(value: &Value, field: &str, names: &[&str]) -> Result<(), ReviewError> {
    match value {
        Value::Null => Ok(()),
        Value::Object(fields) => match fields.keys().find(|key| !names.contains(&key.as_str())) {
            Some(key) => Err(unknown(&crate::document::child(field, key), names)),
            None => Ok(()),
        },
        other => Err(mismatch(field, "an object", other)),
    }
}

fn has_kind(value: &Value, field: &str) -> Result<(), ReviewError> {
    match value {
        Value::Null => Ok(()),
        Value::Object(_) if !Gvk::of(value).kind.is_empty() => Ok(()),
        Value::Object(_) => {
            let message = "must have a kind".to_owned();
            Err(ReviewError::Field { field: field.to_owned(), message })
        }
        other => Err(mismatch(field, "an object", other)),
    }
}

fn mismatch(field: &str, wanted: &str, is: &Value) -> ReviewError {
    let message = format!("must be {wanted}, is {}", type_of(is));
    ReviewError::Field { field: field.to_owned(), message }
}

fn unknown(field: &str, names: &[&str]) -> ReviewError {
    let message = format!("is not known; known here: {}", names.join(", "));
    ReviewError::Field { field: field.to_owned(), message }
}
