//! The documents that a policy judges, borrowed.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::digest::{Digests, HashKey};
use super::values::Values;

/// One review as Rego sees it under `input`, put together from documents that
/// stay where they are: `{"review", "tenant", "namespace"}`; the parameters
/// differ from policy to policy and come with the question.
///
/// Of objects, `metadata.managedFields` is not there, and confidential values of
/// Secrets are redacted, as in [`crate::document::redact`].
///
/// It remembers what it has converted and hashed, so it serves one review, on
/// one thread, for all policies.
#[derive(Debug)]
pub struct Input<'a> {
    pub(super) envelope: Envelope<'a>,
    pub(super) digests: RefCell<Digests<'a>>,
    pub(super) values: RefCell<Values>,
}

/// The documents themselves.
#[derive(Debug)]
pub(super) struct Envelope<'a> {
    pub(super) review: Review<'a>,
    pub(super) tenant: Option<&'a Json>,
    pub(super) namespace: Option<&'a Json>,
}

impl<'a> Input<'a> {
    /// `tenant` is `{name, class, labels, parameters}`, `namespace` `{name,
    /// labels}`; None leaves the key out. `key` is the same for the whole life
    /// of a memo.
    #[must_use]
    pub fn new(
        review: Review<'a>,
        tenant: Option<&'a Json>,
        namespace: Option<&'a Json>,
        key: &'a HashKey,
    ) -> Self {
        let envelope = Envelope { review, tenant, namespace };
        let digests = RefCell::new(Digests::new(key));
        Self { envelope, digests, values: RefCell::default() }
    }
}

/// What `input.review` holds: the fields of an `AdmissionRequest` as Go writes
/// them, borrowed. On DELETE the object is the old object, as in Gatekeeper.
#[derive(Clone, Copy, Debug, Default)]
pub struct Review<'a> {
    /// `uid`.
    pub uid: &'a str,
    /// `kind`.
    pub kind: Kind<'a>,
    /// `resource`.
    pub resource: Resource<'a>,
    /// `subResource`; left out when empty.
    pub subresource: &'a str,
    /// `name`; left out when empty.
    pub name: &'a str,
    /// `namespace`; left out when empty.
    pub namespace: &'a str,
    /// `operation`: `CREATE`, `UPDATE`, `DELETE`, `CONNECT`, or empty.
    pub operation: &'a str,
    /// `userInfo`.
    pub user: User<'a>,
    /// `object`; null when there is none.
    pub object: Option<&'a Json>,
    /// `oldObject`; null when there is none.
    pub old_object: Option<&'a Json>,
    /// `options`; null when there are none.
    pub options: Option<&'a Json>,
    /// `namespaceObject`; null when it is unknown.
    pub namespace_object: Option<&'a Json>,
    /// `dryRun`; left out when the API server left it out.
    pub dry_run: Option<bool>,
}

/// `kind` of a review.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kind<'a> {
    /// API group; empty for the core group.
    pub group: &'a str,
    /// Version.
    pub version: &'a str,
    /// Kind.
    pub kind: &'a str,
}

/// `resource` of a review.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resource<'a> {
    /// API group; empty for the core group.
    pub group: &'a str,
    /// Version.
    pub version: &'a str,
    /// Resource, in the plural.
    pub resource: &'a str,
}

/// `userInfo` of a review.
#[derive(Clone, Copy, Debug)]
pub enum User<'a> {
    /// As the review was sent.
    Json(&'a Json),
    /// From its parts; what is empty is left out.
    Parts {
        /// `username`.
        name: &'a str,
        /// `uid`.
        uid: &'a str,
        /// `groups`.
        groups: &'a [String],
        /// `extra`; None where the authenticator added nothing.
        extra: Option<&'a BTreeMap<String, Vec<String>>>,
    },
}

impl Default for User<'_> {
    fn default() -> Self {
        Self::Parts { name: "", uid: "", groups: &[], extra: None }
    }
}

impl<'a> Review<'a> {
    /// A review that was recorded: the `request` of an `AdmissionReview`. What it
    /// leaves out is empty, what it has of the wrong type too.
    #[must_use]
    pub fn of(request: &'a Json) -> Self {
        let text = |object: &'a Json, name: &str| object[name].as_str().unwrap_or_default();
        let object = |name: &str| request.get(name).filter(|value| !value.is_null());
        let (kind, resource) = (&request["kind"], &request["resource"]);
        Self {
            uid: text(request, "uid"),
            kind: Kind {
                group: text(kind, "group"),
                version: text(kind, "version"),
                kind: text(kind, "kind"),
            },
            resource: Resource {
                group: text(resource, "group"),
                version: text(resource, "version"),
                resource: text(resource, "resource"),
            },
            subresource: text(request, "subResource"),
            name: text(request, "name"),
            namespace: text(request, "namespace"),
            operation: text(request, "operation"),
            user: object("userInfo").map_or_else(User::default, User::Json),
            object: object("object"),
            old_object: object("oldObject"),
            options: object("options"),
            namespace_object: object("namespaceObject"),
            dry_run: request["dryRun"].as_bool(),
        }
    }
}
