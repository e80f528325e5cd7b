//! Gatekeeper's objects that are neither templates nor constraints.

use serde_json::Value;

use crate::policy::gatekeeper::document::Document;
use crate::policy::gatekeeper::object::{Gvk, name};

/// An object that becomes no Policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Kind of the object.
    pub kind: String,
    /// Name of the object.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Its first line in the file, from 1.
    pub line: u32,
    /// What is to be said about it.
    pub remark: Remark,
}

/// What is to be said about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Nothing is lost with it; a sentence.
    Noted(String),
    /// What it does is not done; a sentence.
    Impossible(String),
}

impl Other {
    pub(super) fn new(document: &Document<'_>, remark: Remark) -> Self {
        Self {
            kind: Gvk::of(document.object).kind.to_owned(),
            name: name(document.object).to_owned(),
            file: document.file.to_owned(),
            line: document.line,
            remark,
        }
    }
}

/// The remark about an object of Gatekeeper's; none about other objects.
pub(super) fn remark(object: &Value) -> Option<Remark> {
    let noted = |text: &str| Some(Remark::Noted(text.to_owned()));
    let impossible = |text: &str| Some(Remark::Impossible(text.to_owned()));
    match Gvk::of(object).group {
        "mutations.gatekeeper.sh" => impossible(
            "Gatekeeper's mutators are not imported in this release; a Policy with a rule `patch` \
             can do the same",
        ),
        "expansion.gatekeeper.sh" => {
            noted("Lessor judges what workloads make when they make it; nothing has to be derived")
        }
        "config.gatekeeper.sh" => noted(
            "each Policy names what it looks up; namespaces that the webhook leaves out are left \
             out of every Policy",
        ),
        "syncset.gatekeeper.sh" => noted("each Policy names what it looks up"),
        "externaldata.gatekeeper.sh" => {
            impossible("a Policy never asks the network; there is no external data")
        }
        "status.gatekeeper.sh" => noted("a status of Gatekeeper's own"),
        "connection.gatekeeper.sh" => {
            impossible("violations are not sent anywhere; the decision log holds them")
        }
        _ => None,
    }
}
