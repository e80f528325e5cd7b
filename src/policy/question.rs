//! A request as Rego reads it.

use std::collections::BTreeMap;

use regorus::Value as Rego;
use serde_json::{Map, Value};

use super::convert::to_rego;
use super::select::Subject;
use crate::api::{LabelMap, Operation};
use crate::document::{LAST_APPLIED, REDACTED};

/// The tenant that a request is about: `input.tenant`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TenantInput {
    /// Name of the Tenant.
    pub name: String,
    /// Name of its class.
    pub class: String,
    /// Labels of the Tenant.
    pub labels: LabelMap,
    /// `spec.policies.parameters` of the Tenant.
    pub parameters: Map<String, Value>,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct UserInput<'a> {
    /// Username.
    pub name: &'a str,
    /// UID; may be empty.
    pub uid: &'a str,
    /// Groups.
    pub groups: &'a [String],
    /// What the authenticator added.
    pub extra: &'a BTreeMap<String, Vec<String>>,
}

/// A request of a tenant, borrowed: what matchers look at and what Rego reads.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What matchers look at; holds the objects.
    pub subject: Subject<'a>,
    /// Identifier of the request.
    pub uid: &'a str,
    /// API version of the kind.
    pub version: &'a str,
    /// Name in the request; empty while a `generateName` create is mutated.
    pub name: &'a str,
    /// Who asks.
    pub user: UserInput<'a>,
    /// Whether nothing will be stored.
    pub dry_run: bool,
    /// The tenant.
    pub tenant: &'a TenantInput,
}

impl Question<'_> {
    /// All of `input`.
    pub(super) fn input(&self, parameters: &Rego) -> Rego {
        joined(&self.parts(), parameters)
    }

    /// `input.review`, `input.tenant` and `input.namespace`.
    pub(super) fn parts(&self) -> [Rego; 3] {
        [self.review(), self.tenant(), self.namespace()]
    }

    /// The request as Gatekeeper hands it to templates: an `AdmissionRequest` as
    /// Go writes it. On DELETE the object is the one that goes.
    fn review(&self) -> Rego {
        let subject = &self.subject;
        let is_delete = subject.operation == Operation::Delete;
        let shown = if is_delete { subject.old_object } else { subject.object };
        let of = |object: Option<&Value>| object.map_or(Rego::Null, document);
        let kind = object([
            ("group", text(subject.group)),
            ("kind", text(subject.kind)),
            ("version", text(self.version)),
        ]);
        let resource = object([
            ("group", text(subject.resource_group)),
            ("resource", text(subject.resource)),
            ("version", text(self.version)),
        ]);
        let mut fields = vec![
            ("dryRun", Rego::from(self.dry_run)),
            ("kind", kind.clone()),
            ("object", of(shown)),
            ("oldObject", of(subject.old_object)),
            ("operation", text(subject.operation.as_str())),
            ("options", Rego::Null),
            ("requestKind", kind),
            ("requestResource", resource.clone()),
            ("resource", resource),
            ("uid", text(self.uid)),
            ("userInfo", self.user_info()),
        ];
        for (name, value) in [
            ("name", self.name),
            ("namespace", subject.namespace),
            ("subResource", subject.subresource),
            ("requestSubResource", subject.subresource),
        ] {
            if !value.is_empty() {
                fields.push((name, text(value)));
            }
        }
        object(fields)
    }

    fn user_info(&self) -> Rego {
        let list = |items: &[String]| Rego::from(items.iter().map(|i| text(i)).collect::<Vec<_>>());
        let mut fields = vec![("username", text(self.user.name))];
        if !self.user.uid.is_empty() {
            fields.push(("uid", text(self.user.uid)));
        }
        if !self.user.groups.is_empty() {
            fields.push(("groups", list(self.user.groups)));
        }
        if !self.user.extra.is_empty() {
            fields.push(("extra", object(self.user.extra.iter().map(|(k, v)| (&**k, list(v))))));
        }
        object(fields)
    }

    fn tenant(&self) -> Rego {
        object([
            ("class", text(&self.tenant.class)),
            ("labels", labels(&self.tenant.labels)),
            ("name", text(&self.tenant.name)),
            ("parameters", to_rego(&Value::Object(self.tenant.parameters.clone()))),
        ])
    }

    fn namespace(&self) -> Rego {
        object([
            ("labels", labels(self.subject.namespace_labels)),
            ("name", text(self.subject.namespace)),
        ])
    }
}

/// `input` of its parts.
pub(super) fn joined([review, tenant, namespace]: &[Rego; 3], parameters: &Rego) -> Rego {
    object([
        ("namespace", namespace.clone()),
        ("parameters", parameters.clone()),
        ("review", review.clone()),
        ("tenant", tenant.clone()),
    ])
}

/// An object without `managedFields`, which is noise, and without the values of
/// a Secret: Rego's messages reach people and logs.
fn document(value: &Value) -> Rego {
    let Value::Object(fields) = value else { return to_rego(value) };
    let is_secret = fields.get("kind").and_then(Value::as_str) == Some("Secret");
    object(fields.iter().map(|(name, value)| {
        let shown = match (name.as_str(), value) {
            ("metadata", Value::Object(metadata)) => object(
                metadata
                    .iter()
                    .filter(|(name, _)| *name != "managedFields")
                    .map(|(name, value)| (&**name, annotations(name, value, is_secret))),
            ),
            ("data" | "stringData", Value::Object(values)) if is_secret => {
                object(values.keys().map(|name| (&**name, text(REDACTED))))
            }
            _ => to_rego(value),
        };
        (&**name, shown)
    }))
}

fn annotations(name: &str, value: &Value, is_secret: bool) -> Rego {
    match value {
        Value::Object(annotations) if is_secret && name == "annotations" => {
            object(annotations.iter().map(|(name, value)| {
                let hidden = name == LAST_APPLIED;
                (&**name, if hidden { text(REDACTED) } else { to_rego(value) })
            }))
        }
        _ => to_rego(value),
    }
}

fn labels(labels: &LabelMap) -> Rego {
    object(labels.iter().map(|(name, value)| (&**name, text(value))))
}

fn text(text: &str) -> Rego {
    Rego::from(text)
}

fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Rego)>) -> Rego {
    let fields = fields.into_iter().map(|(name, value)| (text(name), value));
    Rego::from(fields.collect::<BTreeMap<_, _>>())
}
