//! Which requests a Policy judges.
#![expect(unreachable_pub, reason = "the schema derive repeats the items in private modules")]

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::WorkloadSelector;

/// Which requests of tenants are judged: those that every field lets through.
/// Within a list any entry will do; an empty list and an absent selector let
/// everything through. Requests outside tenants are never judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyMatch {
    /// Kinds of objects.
    #[schemars(length(min = 1, max = 32))]
    pub kinds: Vec<GroupKinds>,
    /// Operations.
    #[serde(default = "writes")]
    #[schemars(length(min = 1, max = 4))]
    pub operations: Vec<Operation>,
    /// Subresources that are judged beside the object itself, such as
    /// `ephemeralcontainers`; `*` is all of them. A kind is then the one of the
    /// object (Pod for `exec`) or the one that is sent (PodExecOptions).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(min = 1, max = 63)))]
    pub subresources: Vec<String>,
    /// Tenants, by name or by the labels of the Tenant.
    #[serde(default, skip_serializing_if = "NamedSelector::is_empty")]
    pub tenants: NamedSelector,
    /// Classes of tenants, by name or by the labels of the TenantClass.
    #[serde(default, skip_serializing_if = "NamedSelector::is_empty")]
    pub classes: NamedSelector,
    /// Names of namespaces; a `*` at either end stands for anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 64),
        inner(length(min = 1, max = 65), regex(pattern = r"^\*?[a-z0-9-]*\*?$"))
    )]
    pub namespaces: Vec<String>,
    /// Names of namespaces that are left out, in the same form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 64),
        inner(length(min = 1, max = 65), regex(pattern = r"^\*?[a-z0-9-]*\*?$"))
    )]
    pub excluded_namespaces: Vec<String>,
    /// Labels of the Namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<WorkloadSelector>,
    /// Labels of the object, as it was or as it will be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<WorkloadSelector>,
    /// Name of the object; a `*` at either end stands for anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255), regex(pattern = r"^\*?[^*\s/%]*\*?$"))]
    pub name: Option<String>,
}

fn writes() -> Vec<Operation> {
    vec![Operation::Create, Operation::Update]
}

impl Default for PolicyMatch {
    /// Creates and updates of no kind: `kinds` is required.
    fn default() -> Self {
        Self {
            kinds: Vec::new(),
            operations: writes(),
            subresources: Vec::new(),
            tenants: NamedSelector::default(),
            classes: NamedSelector::default(),
            namespaces: Vec::new(),
            excluded_namespaces: Vec::new(),
            namespace_selector: None,
            label_selector: None,
            name: None,
        }
    }
}

/// Kinds of API groups: every kind of the one list in every group of the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupKinds {
    /// API groups; empty text for the core group, `*` alone for all.
    #[schemars(length(min = 1, max = 32), inner(length(max = 253)))]
    #[x_kube(validation = Rule::new("self.size() == 1 || !self.exists(g, g == '*')").message("* stands alone"))]
    pub api_groups: Vec<String>,
    /// Kinds, such as `Pod`; `*` alone for all.
    #[schemars(length(min = 1, max = 64), inner(length(min = 1, max = 63)))]
    #[x_kube(validation = Rule::new("self.size() == 1 || !self.exists(k, k == '*')").message("* stands alone"))]
    pub kinds: Vec<String>,
}

/// Objects by name and by their own labels; both must hold where both are given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamedSelector {
    /// Names; all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256), inner(length(min = 1, max = 63)))]
    pub names: Vec<String>,
    /// Labels; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<WorkloadSelector>,
}

impl NamedSelector {
    /// Whether everything is selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.selector.is_none()
    }
}

/// Operation of an admission request, as policies name it.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operation {
    /// An object is created.
    #[default]
    Create,
    /// An object is changed.
    Update,
    /// An object is deleted.
    Delete,
    /// A connection is opened: exec, attach, port forwarding, proxy.
    Connect,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 4] = [Self::Create, Self::Update, Self::Delete, Self::Connect];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
        }
    }
}
