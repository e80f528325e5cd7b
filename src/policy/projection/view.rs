//! One look at documents of different make: JSON, envelope structs, what is
//! hidden and redacted.

use std::collections::BTreeMap;

use regorus::Value as Rego;
use serde_json::{Map, Number, Value as Json};

use super::input::{Envelope, Kind, Resource, Review, User};
use crate::document::{LAST_APPLIED, REDACTED};

/// A place in the input.
#[derive(Clone, Copy)]
pub(super) enum Doc<'a> {
    Null,
    Bool(bool),
    Text(&'a str),
    Json(&'a Json),
    Texts(&'a [String]),
    Members(Members<'a>),
    /// A value that was made before; None while hashing, where its digest is
    /// part of the key.
    Given(Option<&'a Rego>),
}

/// What a place holds.
pub(super) enum Form<'a> {
    Null,
    Bool(bool),
    Number(&'a Number),
    Text(&'a str),
    Items(Items<'a>),
    Members(Members<'a>),
    Given(Option<&'a Rego>),
}

/// The elements of an array.
#[derive(Clone, Copy)]
pub(super) enum Items<'a> {
    Json(&'a [Json]),
    Texts(&'a [String]),
}

/// The fields of an object.
#[derive(Clone, Copy)]
pub(super) enum Members<'a> {
    Json(&'a Map<String, Json>),
    /// A Kubernetes object.
    Object {
        fields: &'a Map<String, Json>,
        secret: bool,
    },
    Metadata {
        fields: &'a Map<String, Json>,
        secret: bool,
    },
    /// Annotations of a Secret.
    Annotations(&'a Map<String, Json>),
    /// Data of a Secret.
    Redacted(&'a Map<String, Json>),
    Input {
        envelope: &'a Envelope<'a>,
        parameters: Option<&'a Rego>,
    },
    Review(&'a Review<'a>),
    Kind(Kind<'a>),
    Resource(Resource<'a>),
    User {
        name: &'a str,
        uid: &'a str,
        groups: &'a [String],
        extra: Option<&'a BTreeMap<String, Vec<String>>>,
    },
    Extra(&'a BTreeMap<String, Vec<String>>),
}

impl<'a> Doc<'a> {
    fn object(object: Option<&'a Json>) -> Self {
        match object {
            Some(Json::Object(fields)) => {
                let secret = fields.get("kind").and_then(Json::as_str) == Some("Secret");
                Self::Members(Members::Object { fields, secret })
            }
            Some(other) => Self::Json(other),
            None => Self::Null,
        }
    }

    pub(super) fn form(self) -> Form<'a> {
        match self {
            Self::Null | Self::Json(Json::Null) => Form::Null,
            Self::Bool(flag) => Form::Bool(flag),
            Self::Text(text) => Form::Text(text),
            Self::Json(Json::Bool(flag)) => Form::Bool(*flag),
            Self::Json(Json::Number(number)) => Form::Number(number),
            Self::Json(Json::String(text)) => Form::Text(text),
            Self::Json(Json::Array(items)) => Form::Items(Items::Json(items)),
            Self::Json(Json::Object(fields)) => Form::Members(Members::Json(fields)),
            Self::Texts(texts) => Form::Items(Items::Texts(texts)),
            Self::Members(members) => Form::Members(members),
            Self::Given(value) => Form::Given(value),
        }
    }

    /// What tells this container from every other of one review; None for what
    /// is too small to be remembered. Documents do not move while they are
    /// borrowed, so the address does.
    pub(super) fn identity(self) -> Option<(usize, u8)> {
        let address = |fields: &Map<String, Json>| std::ptr::from_ref(fields).addr();
        match self {
            Self::Json(Json::Array(items)) => Some((std::ptr::from_ref(items).addr(), 0)),
            Self::Json(Json::Object(fields)) | Self::Members(Members::Json(fields)) => {
                Some((address(fields), 1))
            }
            Self::Members(Members::Object { fields, .. }) => Some((address(fields), 2)),
            Self::Members(Members::Metadata { fields, .. }) => Some((address(fields), 3)),
            _ => None,
        }
    }
}

impl<'a> Items<'a> {
    pub(super) fn len(self) -> usize {
        match self {
            Self::Json(items) => items.len(),
            Self::Texts(texts) => texts.len(),
        }
    }

    pub(super) fn at(self, position: usize) -> Option<Doc<'a>> {
        match self {
            Self::Json(items) => items.get(position).map(Doc::Json),
            Self::Texts(texts) => texts.get(position).map(|text| Doc::Text(text)),
        }
    }
}

const INPUT: [&str; 4] = ["namespace", "parameters", "review", "tenant"];
const REVIEW: [&str; 13] = [
    "dryRun",
    "kind",
    "name",
    "namespace",
    "namespaceObject",
    "object",
    "oldObject",
    "operation",
    "options",
    "resource",
    "subResource",
    "uid",
    "userInfo",
];
const KIND: [&str; 3] = ["group", "kind", "version"];
const RESOURCE: [&str; 3] = ["group", "resource", "version"];
const USER: [&str; 4] = ["extra", "groups", "uid", "username"];

impl<'a> Members<'a> {
    /// One field.
    pub(super) fn get(self, name: &str) -> Option<Doc<'a>> {
        let kept = |text: &'a str| (!text.is_empty()).then_some(Doc::Text(text));
        match self {
            Self::Json(fields)
            | Self::Object { fields, .. }
            | Self::Metadata { fields, .. }
            | Self::Annotations(fields)
            | Self::Redacted(fields) => self.seen(name, fields.get(name)?),
            Self::Input { envelope, parameters } => match name {
                "review" => Some(Doc::Members(Members::Review(&envelope.review))),
                "tenant" => envelope.tenant.map(Doc::Json),
                "namespace" => envelope.namespace.map(Doc::Json),
                "parameters" => Some(Doc::Given(parameters)),
                _ => None,
            },
            Self::Review(review) => review_field(review, name),
            Self::Kind(kind) => match name {
                "group" => Some(Doc::Text(kind.group)),
                "version" => Some(Doc::Text(kind.version)),
                "kind" => Some(Doc::Text(kind.kind)),
                _ => None,
            },
            Self::Resource(resource) => match name {
                "group" => Some(Doc::Text(resource.group)),
                "version" => Some(Doc::Text(resource.version)),
                "resource" => Some(Doc::Text(resource.resource)),
                _ => None,
            },
            Self::User { name: username, uid, groups, extra } => match name {
                "username" => kept(username),
                "uid" => kept(uid),
                "groups" => (!groups.is_empty()).then_some(Doc::Texts(groups)),
                "extra" => {
                    let extra = extra.filter(|extra| !extra.is_empty())?;
                    Some(Doc::Members(Members::Extra(extra)))
                }
                _ => None,
            },
            Self::Extra(extra) => extra.get(name).map(|texts| Doc::Texts(texts)),
        }
    }

    /// Every field, in the order of their names.
    pub(super) fn each(self, mut visit: impl FnMut(&str, Doc<'a>)) {
        let fixed: &[&str] = match self {
            Self::Json(fields)
            | Self::Object { fields, .. }
            | Self::Metadata { fields, .. }
            | Self::Annotations(fields)
            | Self::Redacted(fields) => {
                for (name, value) in fields {
                    if let Some(doc) = self.seen(name, value) {
                        visit(name, doc);
                    }
                }
                return;
            }
            Self::Extra(extra) => {
                for (name, texts) in extra {
                    visit(name, Doc::Texts(texts));
                }
                return;
            }
            Self::Input { .. } => &INPUT,
            Self::Review(_) => &REVIEW,
            Self::Kind(_) => &KIND,
            Self::Resource(_) => &RESOURCE,
            Self::User { .. } => &USER,
        };
        for name in fixed {
            if let Some(doc) = self.get(name) {
                visit(name, doc);
            }
        }
    }

    /// What a policy may see of a field of JSON.
    fn seen(self, name: &str, value: &'a Json) -> Option<Doc<'a>> {
        match (self, name, value) {
            (Self::Object { secret, .. }, "metadata", Json::Object(fields)) => {
                Some(Doc::Members(Members::Metadata { fields, secret }))
            }
            (Self::Object { secret: true, .. }, "data" | "stringData", Json::Object(fields)) => {
                Some(Doc::Members(Members::Redacted(fields)))
            }
            (Self::Metadata { .. }, "managedFields", _) => None,
            (Self::Metadata { secret: true, .. }, "annotations", Json::Object(fields)) => {
                Some(Doc::Members(Members::Annotations(fields)))
            }
            (Self::Annotations(_), LAST_APPLIED, _) | (Self::Redacted(_), ..) => {
                Some(Doc::Text(REDACTED))
            }
            _ => Some(Doc::Json(value)),
        }
    }
}

fn review_field<'a>(review: &'a Review<'a>, name: &str) -> Option<Doc<'a>> {
    let kept = |text: &'a str| (!text.is_empty()).then_some(Doc::Text(text));
    match name {
        "uid" => Some(Doc::Text(review.uid)),
        "kind" => Some(Doc::Members(Members::Kind(review.kind))),
        "resource" => Some(Doc::Members(Members::Resource(review.resource))),
        "subResource" => kept(review.subresource),
        "name" => kept(review.name),
        "namespace" => kept(review.namespace),
        "operation" => Some(Doc::Text(review.operation)),
        "userInfo" => Some(match review.user {
            User::Json(user) => Doc::Json(user),
            User::Parts { name, uid, groups, extra } => {
                Doc::Members(Members::User { name, uid, groups, extra })
            }
        }),
        "object" if review.operation == "DELETE" => {
            Some(Doc::object(review.object.or(review.old_object)))
        }
        "object" => Some(Doc::object(review.object)),
        "oldObject" => Some(Doc::object(review.old_object)),
        "options" => Some(review.options.map_or(Doc::Null, Doc::Json)),
        "namespaceObject" => Some(Doc::object(review.namespace_object)),
        "dryRun" => review.dry_run.map(Doc::Bool),
        _ => None,
    }
}
