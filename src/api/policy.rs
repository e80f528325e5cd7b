//! `Policy`: Rego that denies, warns or patches. Written by the platform team.
#![expect(unreachable_pub, reason = "the schema derive repeats the items in private modules")]
#![expect(clippy::duplicated_attributes, reason = "every printer column has a type")]

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::{FreeForm, free_form};
use super::policy_case::PolicyCase;
use super::policy_match::PolicyMatch;
use super::policy_status::PolicyStatus;

/// Rego that judges requests of tenants: which requests, with which parameters,
/// within which budget, and what happens when it finds something.
#[derive(CustomResource, KubeSchema, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[kube(
    group = "lessor.io",
    version = "v1alpha1",
    kind = "Policy",
    plural = "policies",
    shortname = "lpol",
    category = "lessor",
    status = "PolicyStatus",
    derive = "PartialEq",
    derive = "Default",
    doc = "Rego that judges requests of tenants: it denies, warns or counts, and can patch what is written.",
    printcolumn(
        name = "Enforcement",
        type_ = "string",
        description = "What a violation does",
        json_path = ".spec.enforcement"
    ),
    printcolumn(
        name = "Engine",
        type_ = "string",
        description = "Engine that evaluates it",
        json_path = ".status.engine"
    ),
    printcolumn(
        name = "Compiled",
        type_ = "string",
        description = "The latest spec compiles and passes its cases",
        json_path = ".status.conditions[?(@.type==\"Compiled\")].status"
    ),
    printcolumn(
        name = "Enforced",
        type_ = "string",
        description = "Webhook replicas that evaluate it, of all",
        json_path = ".status.enforced"
    ),
    printcolumn(
        name = "Reason",
        type_ = "string",
        description = "Why it does not compile",
        json_path = ".status.conditions[?(@.type==\"Compiled\")].reason",
        priority = 1
    ),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("self.rego.size() + (has(self.libs) ? self.libs.map(l, l.size()).sum() : 0) <= 262144").message("rego and libs together must not be longer than 262144 characters").field_path(".rego"))]
#[x_kube(validation = Rule::new("!has(self.mutation) || self.match.operations.exists(o, o == 'CREATE' || o == 'UPDATE')").message("mutation needs CREATE or UPDATE in match.operations").field_path(".mutation"))]
pub struct PolicySpec {
    /// What the policy is for, in one sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(length(max = 512))]
    pub description: String,
    /// What a violation does: `deny` refuses the request, `warn` admits it with
    /// a warning, `audit` admits it and counts. Only `deny` refuses a request
    /// that the policy could not judge.
    #[serde(default)]
    pub enforcement: Enforcement,
    /// Version of the Rego language of `rego` and `libs`: `v1`, or `v0` for what
    /// was written before OPA 1.0.
    #[serde(default)]
    pub rego_version: RegoVersion,
    /// The policy module. Its package has any name; the rule `violation`, a set
    /// of objects `{msg, field, allowed, details}`, is asked for what is wrong,
    /// the rule `patch` for JSON patch operations.
    #[schemars(length(min = 1, max = 131_072))]
    pub rego: String,
    /// Further modules, which `rego` imports: `package lib.images`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(min = 1, max = 131_072)))]
    pub libs: Vec<String>,
    /// Whether an error of a builtin function is an error of the policy. With
    /// false the expression is undefined, as OPA has it by default: a violation
    /// may vanish. False is only for imported Gatekeeper templates.
    #[serde(default = "yes")]
    pub strict_builtin_errors: bool,
    /// What Rego reads as `input.parameters`; defaults of `parametersSchema` are
    /// filled in.
    #[serde(default, skip_serializing_if = "FreeForm::is_empty")]
    #[schemars(schema_with = "free_form")]
    pub parameters: FreeForm,
    /// Schema of `parameters`: a structural OpenAPI v3 schema, as in a
    /// CustomResourceDefinition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "free_form")]
    pub parameters_schema: Option<FreeForm>,
    /// Which requests are judged. Every field narrows; an empty one does not.
    #[serde(rename = "match")]
    pub matching: PolicyMatch,
    /// The most that one evaluation may cost.
    #[serde(default)]
    pub budget: PolicyBudget,
    /// Objects of the tenant that Rego reads as `data.inventory`.
    #[serde(default, skip_serializing_if = "PolicyInventory::is_empty")]
    pub inventory: PolicyInventory,
    /// Present when the rule `patch` is asked, at the mutating endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutation: Option<PolicyMutation>,
    /// Tests that travel with the policy. It is admitted only if all of them
    /// pass, and runs on the fast engine only if at least one that denies and one
    /// that allows agree on both engines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]))]
    pub cases: Vec<PolicyCase>,
}

const fn yes() -> bool {
    true
}

impl Default for PolicySpec {
    /// What an object without any field would be, were `rego` and `match` not required.
    fn default() -> Self {
        Self {
            description: String::new(),
            enforcement: Enforcement::default(),
            rego_version: RegoVersion::default(),
            rego: String::new(),
            libs: Vec::new(),
            strict_builtin_errors: true,
            parameters: FreeForm::new(),
            parameters_schema: None,
            matching: PolicyMatch::default(),
            budget: PolicyBudget::default(),
            inventory: PolicyInventory::default(),
            mutation: None,
            cases: Vec::new(),
        }
    }
}

/// What a violation does.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Enforcement {
    /// The request is refused; so is one that could not be judged.
    #[default]
    Deny,
    /// The request is admitted with a warning.
    Warn,
    /// The request is admitted and counted.
    Audit,
}

impl Enforcement {
    /// The name in `spec.enforcement`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Warn => "warn",
            Self::Audit => "audit",
        }
    }
}

/// Version of the Rego language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RegoVersion {
    /// Before OPA 1.0: `violation[x] { … }`.
    V0,
    /// From OPA 1.0: `violation contains x if { … }`.
    #[default]
    V1,
}

/// The most that one evaluation may cost. Beyond it the policy has an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyBudget {
    /// Instructions of the fast engine. They count the same everywhere, so it is
    /// they that decide.
    #[serde(default = "default_instructions")]
    #[schemars(range(min = 1_000, max = 10_000_000))]
    pub instructions: u64,
    /// Milliseconds by the clock: a second net, and the only one of the
    /// interpreter. Whoever runs into it may try again.
    #[serde(default = "default_milliseconds")]
    #[schemars(range(min = 1, max = 1_000))]
    pub milliseconds: u32,
}

const fn default_instructions() -> u64 {
    1_000_000
}

const fn default_milliseconds() -> u32 {
    50
}

impl Default for PolicyBudget {
    fn default() -> Self {
        Self { instructions: default_instructions(), milliseconds: default_milliseconds() }
    }
}

/// Objects that Rego reads as `data.inventory`, in Gatekeeper's layout:
/// `data.inventory.namespace[ns][groupVersion][Kind][name]`. Only those of the
/// tenant that the request is about are there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[x_kube(validation = Rule::new("self.indexes.all(i, self.kinds.exists(k, k.kind == i.kind))").message("indexes name kinds that are in inventory.kinds").field_path(".indexes"))]
pub struct PolicyInventory {
    /// Kinds that are kept.
    #[serde(default)]
    #[schemars(length(max = 16))]
    pub kinds: Vec<InventoryKind>,
    /// Look-ups over them, for what would be a scan of every object otherwise.
    #[serde(default)]
    #[schemars(length(max = 16), extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["as"]))]
    pub indexes: Vec<InventoryIndex>,
}

impl PolicyInventory {
    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.indexes.is_empty()
    }

    /// The kept kind that an index speaks of.
    #[must_use]
    pub fn kind(&self, index: &InventoryIndex) -> Option<&InventoryKind> {
        self.kinds.iter().find(|kept| kept.kind == index.kind)
    }
}

/// A kind that is kept, and which of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InventoryKind {
    /// API group; empty for the core group.
    #[serde(default)]
    #[schemars(length(max = 253))]
    pub group: String,
    /// API version, such as `v1`.
    #[schemars(length(min = 1, max = 63))]
    pub version: String,
    /// Kind, such as `Ingress`.
    #[schemars(length(min = 1, max = 63))]
    pub kind: String,
    /// Fields that are kept beside `metadata.name` and `metadata.namespace`, such
    /// as `spec.rules`. `*` alone keeps the whole object.
    #[serde(default)]
    #[schemars(length(max = 32), inner(length(min = 1, max = 253)))]
    pub fields: Vec<String>,
}

/// A look-up: `data.inventory.index.<as>[value]` is the list of `{namespace, name}`
/// of the objects that have the value at the path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InventoryIndex {
    /// Kind, one of `inventory.kinds`.
    #[schemars(length(min = 1, max = 63))]
    pub kind: String,
    /// Path of the value; `[]` is every element of a list: `spec.rules[].host`,
    /// `metadata.annotations[example.com/owner]`.
    #[schemars(length(min = 1, max = 253))]
    pub path: String,
    /// Name of the look-up, an identifier of Rego.
    #[schemars(length(min = 1, max = 63), regex(pattern = r"^[a-z][a-z0-9_]*$"))]
    #[serde(rename = "as")]
    pub name: String,
}

/// How the policy patches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyMutation {
    /// Policies patch from the lowest order to the highest, those of one order by
    /// their names. Each sees what the ones before it wrote.
    #[serde(default = "default_order")]
    #[schemars(range(min = 0, max = 1_000))]
    pub order: i32,
}

const fn default_order() -> i32 {
    100
}

impl Default for PolicyMutation {
    fn default() -> Self {
        Self { order: default_order() }
    }
}
