//! Conditions of a Policy, and the reasons they carry.

/// Condition: the latest spec compiles and passes its own cases.
pub const COMPILED: &str = "Compiled";
/// Condition: every kind of the inventory is listed.
pub const INVENTORY_READY: &str = "InventoryReady";
/// Condition: every webhook replica evaluates the active spec.
pub const ENFORCED: &str = "Enforced";

/// Reason of [`COMPILED`]: it compiles and its cases pass.
pub const CASES_PASS: &str = "CasesPass";
/// Reason of [`COMPILED`]: a field is wrong.
pub const SPEC_INVALID: &str = "SpecInvalid";
/// Reason of [`COMPILED`]: the Rego does not compile.
pub const COMPILE_FAILED: &str = "CompileFailed";
/// Reason of [`COMPILED`]: a case of the policy fails.
pub const CASES_FAIL: &str = "CasesFail";

/// Reason of [`INVENTORY_READY`]: the policy asks for no inventory.
pub const NOT_NEEDED: &str = "NotNeeded";
/// Reason of [`INVENTORY_READY`]: every kind was listed.
pub const LISTED: &str = "Listed";
/// Reason of [`INVENTORY_READY`]: a kind is being listed for the first time.
pub const LISTING: &str = "Listing";
/// Reason of [`INVENTORY_READY`]: the webhook may not list a kind.
pub const LIST_FORBIDDEN: &str = "ListForbidden";
/// Reason of [`INVENTORY_READY`]: the API server does not serve a kind.
pub const KIND_NOT_SERVED: &str = "KindNotServed";

/// Reason of [`ENFORCED`]: every replica evaluates the latest spec.
pub const EVERY_REPLICA: &str = "EveryReplica";
/// Reason of [`ENFORCED`]: some replicas do not yet.
pub const ROLLING_OUT: &str = "RollingOut";
/// Reason of [`ENFORCED`]: the latest spec is broken; an earlier one is evaluated.
pub const LAST_GOOD: &str = "LastGood";
/// Reason of [`ENFORCED`]: no spec of the policy was ever good.
pub const NEVER_GOOD: &str = "NeverGood";
