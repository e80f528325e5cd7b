//! The closed list of builtins.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::call::Builtin;
use super::checks::COLLECTION;
use super::operators::OPERATORS;
use super::stock::STOCK;

/// What is decided about a builtin.
#[derive(Clone, Copy)]
pub(in crate::policy) enum Entry {
    /// It may be called.
    Admitted(&'static Builtin),
    /// It may not; what to use instead, as the end of a sentence.
    Forbidden(&'static str),
}

const CLOCK: &str = "a policy has no clock; put the time into the object or the parameters";
const NETWORK: &str = "a policy has no network; what it may know of the cluster is data.inventory";
const CHANCE: &str = "the same request must get the same answer; use what is in the object";
const PROCESS: &str = "a policy does not see the process; use parameters";

/// Builtins that nobody may call.
const FORBIDDEN: &[(&str, &str)] = &[
    ("http.send", NETWORK),
    ("net.lookup_ip_addr", NETWORK),
    ("opa.runtime", PROCESS),
    ("rand.intn", CHANCE),
    ("test.sleep", PROCESS),
    ("time.now_ns", CLOCK),
    ("uuid.parse", CHANCE),
    ("uuid.rfc4122", CHANCE),
];

/// What is decided about the builtin `name`; None where nobody knows it.
pub(in crate::policy) fn find(name: &str) -> Option<Entry> {
    static TABLE: OnceLock<HashMap<&'static str, Entry>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let admitted = STOCK.iter().map(|builtin| (builtin.name, Entry::Admitted(builtin)));
        let forbidden = FORBIDDEN.iter().map(|(name, instead)| (*name, Entry::Forbidden(instead)));
        let operators = OPERATORS.iter().map(|builtin| (builtin.name, Entry::Admitted(builtin)));
        let own = [(COLLECTION.name, Entry::Admitted(&COLLECTION))];
        admitted.chain(operators).chain(own).chain(forbidden).collect()
    });
    table.get(name).copied()
}
