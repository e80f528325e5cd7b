//! The closed list of builtins.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::call::Builtin;
use super::checks::COLLECTION;
use super::operators::OPERATORS;
use super::ours::OURS;
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
const SECRETS: &str = "keys and tokens are not for policies; compare what is in the object";
const ITSELF: &str = "a policy does not read policies; use parameters";
const WEAK: &str = "use crypto.sha256";
const ABSENT: &str = "Lessor does not have it; use regex, split or object.get";

/// Builtins of OPA or of the engine that nobody may call.
const FORBIDDEN: &[(&str, &str)] = &[
    ("crypto.hmac.equal", SECRETS),
    ("crypto.hmac.md5", SECRETS),
    ("crypto.hmac.sha1", SECRETS),
    ("crypto.hmac.sha256", SECRETS),
    ("crypto.hmac.sha512", SECRETS),
    ("crypto.md5", WEAK),
    ("crypto.parse_private_keys", SECRETS),
    ("crypto.sha1", WEAK),
    ("crypto.x509.parse_and_verify_certificates", SECRETS),
    ("crypto.x509.parse_and_verify_certificates_with_options", SECRETS),
    ("crypto.x509.parse_certificate_request", SECRETS),
    ("crypto.x509.parse_certificates", SECRETS),
    ("crypto.x509.parse_keypair", SECRETS),
    ("crypto.x509.parse_rsa_private_key", SECRETS),
    ("graphql.is_valid", ABSENT),
    ("graphql.parse", ABSENT),
    ("graphql.parse_and_verify", ABSENT),
    ("graphql.parse_query", ABSENT),
    ("graphql.parse_schema", ABSENT),
    ("graphql.schema_is_valid", ABSENT),
    ("http.send", NETWORK),
    ("io.jwt.decode", SECRETS),
    ("io.jwt.decode_verify", SECRETS),
    ("io.jwt.encode_sign", SECRETS),
    ("io.jwt.encode_sign_raw", SECRETS),
    ("io.jwt.verify_eddsa", SECRETS),
    ("io.jwt.verify_es256", SECRETS),
    ("io.jwt.verify_es384", SECRETS),
    ("io.jwt.verify_es512", SECRETS),
    ("io.jwt.verify_hs256", SECRETS),
    ("io.jwt.verify_hs384", SECRETS),
    ("io.jwt.verify_hs512", SECRETS),
    ("io.jwt.verify_ps256", SECRETS),
    ("io.jwt.verify_ps384", SECRETS),
    ("io.jwt.verify_ps512", SECRETS),
    ("io.jwt.verify_rs256", SECRETS),
    ("io.jwt.verify_rs384", SECRETS),
    ("io.jwt.verify_rs512", SECRETS),
    ("net.lookup_ip_addr", NETWORK),
    ("opa.runtime", PROCESS),
    ("print", "print is for tests, as a statement of its own"),
    ("providers.aws.sign_req", SECRETS),
    ("rand.intn", CHANCE),
    ("regex.globs_match", ABSENT),
    ("rego.metadata.chain", ITSELF),
    ("rego.metadata.rule", ITSELF),
    ("rego.parse_module", ITSELF),
    ("test.sleep", PROCESS),
    ("time.now_ns", CLOCK),
    ("uri.is_valid", ABSENT),
    ("uri.parse", ABSENT),
    ("uuid.parse", CHANCE),
    ("uuid.rfc4122", CHANCE),
];

/// What is decided about the builtin `name`; None where nobody knows it.
pub(in crate::policy) fn find(name: &str) -> Option<Entry> {
    static TABLE: OnceLock<HashMap<&'static str, Entry>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let admitted =
            STOCK.iter().chain(OURS).map(|builtin| (builtin.name, Entry::Admitted(builtin)));
        let forbidden = FORBIDDEN.iter().map(|(name, instead)| (*name, Entry::Forbidden(instead)));
        let operators = OPERATORS.iter().map(|builtin| (builtin.name, Entry::Admitted(builtin)));
        let own = [(COLLECTION.name, Entry::Admitted(&COLLECTION))];
        admitted.chain(operators).chain(own).chain(forbidden).collect()
    });
    table.get(name).copied()
}
