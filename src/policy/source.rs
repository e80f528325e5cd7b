//! The text of a policy.

/// The Rego syntax a module is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// Rego before OPA 1.0: `violation[x] { … }`.
    V0,
    /// Rego v1: `violation contains x if { … }`.
    #[default]
    V1,
}

/// One module of Rego.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Module {
    /// Where it came from, as errors name it: a path, or `spec.rego`, `spec.libs[0]`.
    pub file: String,
    /// The text.
    pub text: String,
    /// Its syntax.
    pub dialect: Dialect,
}

/// Everything that is compiled as one program. The first module is the policy
/// itself: its package holds the entry points. The others are libraries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// Modules, the policy first.
    pub modules: Vec<Module>,
    /// Whether an error of a builtin is an error of the policy. False only for
    /// imported Gatekeeper templates, which may rely on undefined (OPA's
    /// default); then it is counted and `lessor test` lists it.
    pub strict: bool,
}
