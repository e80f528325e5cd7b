//! Copies of secrets.

use std::collections::BTreeMap;
use std::fmt;

use hmac::{Hmac, Mac as _};
use serde_json::json;
use sha2::Sha256;

use super::object::{Kind, Object, ObjectKey};
use super::observed::SourceSecret;
use crate::api::ValidSecret;
use crate::names;

/// Type of copies whose source's type cannot be kept.
const OPAQUE: &str = "Opaque";

/// Types of Secrets that the API server demands keys of. A copy keeps the type
/// when it has all of them; types that grant something by themselves
/// (ServiceAccount tokens, bootstrap tokens) are never kept.
const KEPT_TYPES: [(&str, &[&str]); 5] = [
    ("kubernetes.io/basic-auth", &[]),
    ("kubernetes.io/dockercfg", &[".dockercfg"]),
    ("kubernetes.io/dockerconfigjson", &[".dockerconfigjson"]),
    ("kubernetes.io/ssh-auth", &["ssh-privatekey"]),
    ("kubernetes.io/tls", &["tls.crt", "tls.key"]),
];

/// Key of the digests that tell one version of a secret from the next. Without
/// it nobody can test a guess of a short secret against its annotation.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DigestKey(Vec<u8>);

impl DigestKey {
    /// Takes a key; 32 random bytes are meant.
    #[must_use]
    pub const fn new(key: Vec<u8>) -> Self {
        Self(key)
    }
}

/// Shows nothing.
impl fmt::Debug for DigestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DigestKey")
    }
}

/// A distributed secret as it shall be in every namespace.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretPlan {
    /// Name of the copies.
    pub name: String,
    /// What to copy, or why nothing can be copied.
    pub content: Result<SecretContent, SecretProblem>,
}

/// Shows no values.
impl fmt::Debug for SecretPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content = self.content.as_ref().map(|content| &content.version);
        f.debug_struct("SecretPlan").field("name", &self.name).field("version", &content).finish()
    }
}

/// What to copy.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretContent {
    kind: String,
    data: BTreeMap<String, String>,
    /// Keyed digest of type, keys and values.
    pub version: String,
}

/// Why a secret cannot be copied. The copies that exist stay as they are: a
/// half-written rotation must not take a running workload's credentials away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretProblem {
    /// There is no such secret in the secret source namespace.
    #[error("secret {0:?} does not exist in the secret source namespace")]
    SourceMissing(String),
    /// The source lacks keys.
    #[error("secret {source_name:?} has no key {}", keys.join(", "))]
    KeyMissing {
        /// Name of the source.
        source_name: String,
        /// The keys that are missing.
        keys: Vec<String>,
    },
}

/// Decides what to copy: the keys that the class grants and no other.
pub(super) fn plan(
    secret: &ValidSecret,
    source: Option<&SourceSecret>,
    key: &DigestKey,
) -> SecretPlan {
    SecretPlan { name: secret.name.clone(), content: content(secret, source, key) }
}

fn content(
    secret: &ValidSecret,
    source: Option<&SourceSecret>,
    key: &DigestKey,
) -> Result<SecretContent, SecretProblem> {
    let source = source.ok_or_else(|| SecretProblem::SourceMissing(secret.source.clone()))?;
    let missing: Vec<String> =
        secret.keys.iter().filter(|key| !source.data.contains_key(*key)).cloned().collect();
    if !missing.is_empty() {
        let source_name = secret.source.clone();
        return Err(SecretProblem::KeyMissing { source_name, keys: missing });
    }
    let data: BTreeMap<String, String> = secret
        .keys
        .iter()
        .filter_map(|key| Some((key.clone(), source.data.get(key)?.clone())))
        .collect();
    let kept = KEPT_TYPES.iter().find(|(kind, _)| *kind == source.kind);
    let kind = kept
        .filter(|(_, required)| required.iter().all(|key| data.contains_key(*key)))
        .map_or(OPAQUE, |(kind, _)| kind)
        .to_owned();
    let version = digest(key, &kind, &data);
    Ok(SecretContent { kind, data, version })
}

/// HMAC-SHA256 over length-prefixed type, keys and values; 32 hex digits.
fn digest(key: &DigestKey, kind: &str, data: &BTreeMap<String, String>) -> String {
    // HMAC takes keys of every length; an error cannot happen and would give no digest.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key.0) else {
        return String::new();
    };
    let mut feed = |text: &str| {
        mac.update(&(text.len() as u64).to_be_bytes());
        mac.update(text.as_bytes());
    };
    feed(kind);
    for (key, value) in data {
        feed(key);
        feed(value);
    }
    hex(&mac.finalize().into_bytes()[..16])
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The copy of a secret in one namespace.
pub(super) fn render_copy(
    tenant: &str,
    namespace: &str,
    name: &str,
    content: &SecretContent,
) -> Object {
    let key = ObjectKey::new(Kind::Secret, namespace, name);
    let fields = json!({
        "metadata": {"annotations": {names::SOURCE_VERSION_ANNOTATION: content.version}},
        "type": content.kind,
        "data": content.data,
    });
    super::render::managed(key, tenant, fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(kind: &str, data: &[(&str, &str)]) -> SourceSecret {
        SourceSecret {
            kind: kind.into(),
            data: data.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
        }
    }

    fn secret(keys: &[&str]) -> ValidSecret {
        ValidSecret {
            name: "copy".into(),
            source: "original".into(),
            keys: keys.iter().map(|key| (*key).into()).collect(),
            mounts: Vec::new(),
        }
    }

    fn made(secret: &ValidSecret, source: &SourceSecret, key: &[u8]) -> SecretContent {
        content(secret, Some(source), &DigestKey::new(key.to_vec())).unwrap()
    }

    #[test]
    fn only_the_named_keys_are_copied() {
        let source = source("Opaque", &[("ca.crt", "YQ=="), ("tls.key", "c2VjcmV0")]);
        let copy = made(&secret(&["ca.crt"]), &source, b"k");
        let object = render_copy("acme", "acme-dev", "copy", &copy);
        assert_eq!(object.body["data"], json!({"ca.crt": "YQ=="}));
        assert!(!object.body.to_string().contains("c2VjcmV0"));
        assert!(!format!("{object:?} {source:?}").contains("YQ=="));
    }

    #[test]
    fn the_version_is_keyed_and_follows_content_keys_and_type() {
        let all = secret(&["a", "b"]);
        let base = made(&all, &source("Opaque", &[("a", "eA=="), ("b", "eQ==")]), b"k").version;
        assert_eq!(base.len(), 32);
        let again = made(&all, &source("Opaque", &[("b", "eQ=="), ("a", "eA==")]), b"k").version;
        assert_eq!(base, again);
        let rotated = made(&all, &source("Opaque", &[("a", "eg=="), ("b", "eQ==")]), b"k").version;
        let shifted = made(&all, &source("Opaque", &[("a", ""), ("b", "eA==eQ==")]), b"k").version;
        let rekeyed = made(&all, &source("Opaque", &[("a", "eA=="), ("b", "eQ==")]), b"j").version;
        assert!(![rotated, shifted, rekeyed].contains(&base));
    }

    #[test]
    fn a_type_is_kept_only_with_its_keys_and_only_if_harmless() {
        let tls = source("kubernetes.io/tls", &[("tls.crt", "YQ=="), ("tls.key", "Yg==")]);
        assert_eq!(made(&secret(&["tls.crt", "tls.key"]), &tls, b"k").kind, "kubernetes.io/tls");
        assert_eq!(made(&secret(&["tls.crt"]), &tls, b"k").kind, "Opaque");
        let token = source("kubernetes.io/service-account-token", &[("token", "YQ==")]);
        assert_eq!(made(&secret(&["token"]), &token, b"k").kind, "Opaque");
    }

    #[test]
    fn what_is_missing_is_named() {
        let key = DigestKey::default();
        assert_eq!(
            content(&secret(&["a"]), None, &key).err(),
            Some(SecretProblem::SourceMissing("original".into()))
        );
        let partial = source("Opaque", &[("a", "YQ==")]);
        let problem = content(&secret(&["a", "b"]), Some(&partial), &key).err().unwrap();
        assert_eq!(problem.to_string(), "secret \"original\" has no key b");
    }
}
