//! Which distributed secrets a Pod is given, and where. Mutation adds them,
//! judging holds them: both ask here.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::api::ValidSecret;
use crate::isolation::Context;
use crate::names;

/// Mode of the keys where the Tenant gives none: 0444.
const DEFAULT_MODE: u32 = 0o444;
/// Longest name of a volume (a DNS label).
const MAX_NAME: usize = 63;
/// Hexadecimal digits of the digest that keeps long names apart.
const DIGEST: usize = 10;

/// A secret that is mounted into every container of a Pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Injected<'a> {
    /// Name of the volume.
    pub(super) volume: String,
    /// The secret.
    pub(super) secret: &'a ValidSecret,
    /// Absolute directory.
    pub(super) path: &'a str,
    mode: u32,
}

impl Injected<'_> {
    /// The volume as it must be.
    pub(super) fn volume_value(&self) -> Value {
        let keys = self.secret.keys.iter();
        let items: Vec<Value> = keys.map(|key| json!({"key": key, "path": key})).collect();
        json!({"name": self.volume, "secret": {
            "secretName": self.secret.name, "items": items, "defaultMode": self.mode}})
    }

    /// The mount as it must be.
    pub(super) fn mount_value(&self) -> Value {
        json!({"name": self.volume, "mountPath": self.path, "readOnly": true})
    }
}

/// The secrets that a Pod with these labels is given, in the Tenant's order. Of
/// two mounts at one path the first counts.
pub(super) fn injected<'a, 'l>(
    ctx: &Context<'a>,
    label: impl Fn(&str) -> Option<&'l str>,
) -> Vec<Injected<'a>> {
    let mut found: Vec<Injected<'a>> = Vec::new();
    for secret in &ctx.tenant.secrets {
        for mount in secret.mounts.iter().filter(|mount| mount.selector.matches(&label)) {
            if found.iter().all(|other| segments(other.path) != segments(&mount.path)) {
                let mode = mount.default_mode.unwrap_or(DEFAULT_MODE);
                let volume = volume_name(&secret.name, mode);
                found.push(Injected { volume, secret, path: &mount.path, mode });
            }
        }
    }
    found
}

/// Whether a Pod with these labels may refer to a secret. Secrets that the
/// platform does not distribute are the tenant's own.
pub(super) fn is_granted<'l>(
    ctx: &Context<'_>,
    name: &str,
    label: impl Fn(&str) -> Option<&'l str>,
) -> bool {
    match ctx.tenant.secrets.iter().find(|secret| secret.name == name) {
        Some(secret) => {
            secret.mounts.is_empty() || secret.mounts.iter().any(|m| m.selector.matches(&label))
        }
        None => !name.starts_with(names::RESERVED_NAME_PREFIX),
    }
}

/// Name of the volume of a secret: `lessor-secret-NAME` where that is a DNS
/// label, otherwise shortened and told apart by a digest. A short name that
/// looks like a shortened one gets a digest too.
fn volume_name(secret: &str, mode: u32) -> String {
    let plain = format!("{}{secret}", names::INJECTED_VOLUME_PREFIX);
    if mode == DEFAULT_MODE
        && plain.len() <= MAX_NAME
        && !plain.contains('.')
        && !looks_digested(secret)
    {
        return plain;
    }
    let digest = Sha256::digest(format!("{secret}/{mode}").as_bytes());
    let label = plain.replace('.', "-");
    let kept: String = label.chars().take(MAX_NAME - DIGEST - 1).collect();
    digest
        .iter()
        .take(DIGEST / 2)
        .fold(format!("{}-", kept.trim_end_matches('-')), |name, byte| format!("{name}{byte:02x}"))
}

fn looks_digested(name: &str) -> bool {
    let tail = name.rsplit('-').next().unwrap_or("");
    tail.len() == DIGEST && tail.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Segments of a path as the container runtime reads it: relative paths start
/// at the root, `.`, `..` and empty segments are resolved.
pub(super) fn segments(path: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                found.pop();
            }
            _ => found.push(segment),
        }
    }
    found
}

/// Whether one path is the other or lies inside it.
pub(super) fn overlaps(left: &str, right: &str) -> bool {
    segments(left).iter().zip(segments(right)).all(|(a, b)| *a == b)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::api::SecretMount;
    use crate::isolation::fixtures::{World, mount, secret};

    #[test]
    fn secrets_go_to_the_pods_that_their_selectors_name() {
        let world = World::rich();
        let ctx = world.context();
        let web = injected(&ctx, |key| (key == "app").then_some("web"));
        let paths: Vec<_> = web.iter().map(|i| (i.volume.as_str(), i.path)).collect();
        assert_eq!(paths, [("lessor-secret-db", "/etc/db"), ("lessor-secret-ca", "/etc/ca")]);
        assert_eq!(
            web[0].volume_value(),
            json!({"name": "lessor-secret-db", "secret": {"secretName": "db",
                "items": [{"key": "token", "path": "token"}], "defaultMode": 292}})
        );
        assert_eq!(
            web[0].mount_value(),
            json!({"name": "lessor-secret-db", "mountPath": "/etc/db", "readOnly": true})
        );
        assert_eq!(injected(&ctx, |_| None).len(), 1);
        assert!(!is_granted(&ctx, "db", |_| None));
        assert!(is_granted(&ctx, "ca", |_| None));
        assert!(is_granted(&ctx, "own", |_| None));
        assert!(!is_granted(&ctx, "lessor-webhook-tls", |_| None));
    }

    #[test]
    fn a_secret_without_mounts_is_for_every_workload() {
        let mut world = World::default();
        world.tenant.secrets = vec![secret("registry", vec![])];
        assert!(is_granted(&world.context(), "registry", |_| None));
        assert_eq!(injected(&world.context(), |_| None), []);
    }

    #[test]
    fn of_two_mounts_at_one_path_the_first_counts() {
        let mut world = World::default();
        world.tenant.secrets =
            vec![secret("a", vec![mount(&[], "/x/y")]), secret("b", vec![mount(&[], "/x//y")])];
        let ctx = world.context();
        let found = injected(&ctx, |_| None);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].secret.name, "a");
    }

    #[test]
    fn modes_and_long_names_have_volumes_of_their_own() {
        let mut world = World::default();
        let strict = SecretMount { default_mode: Some(0o400), ..mount(&[], "/strict") };
        world.tenant.secrets = vec![
            secret("a", vec![mount(&[], "/x"), mount(&[], "/y"), strict]),
            secret("tls.example.com", vec![mount(&[], "/tls")]),
        ];
        let ctx = world.context();
        let found = injected(&ctx, |_| None);
        let names: Vec<_> = found.iter().map(|i| i.volume.as_str()).collect();
        assert_eq!(
            names,
            [
                "lessor-secret-a",
                "lessor-secret-a",
                "lessor-secret-a-b624d3897b",
                "lessor-secret-tls-example-com-a05a6d649c",
            ]
        );
        assert_ne!(volume_name("a-b624d3897b", DEFAULT_MODE), names[2]);
        assert_eq!(found[2].volume_value()["secret"]["defaultMode"], 0o400);
    }

    #[test]
    fn paths_overlap_as_the_runtime_reads_them() {
        for path in [
            "/etc/db",
            "/etc/db/",
            "//etc/./db",
            "/etc/x/../db",
            "etc/db",
            "/etc",
            "/",
            "/etc/db/token",
        ] {
            assert!(overlaps(path, "/etc/db"), "{path}");
        }
        for path in ["/etc/dbx", "/etc/d", "/var/etc/db", "/etc/ca"] {
            assert!(!overlaps(path, "/etc/db"), "{path}");
        }
    }

    proptest! {
        #[test]
        fn volume_names_are_labels_and_injective(
            names in prop::collection::vec(("[a-z0-9]([-a-z0-9.]{0,80}[a-z0-9])?", 0_u32..512), 1..20)
        ) {
            let mut seen: BTreeMap<String, (String, u32)> = BTreeMap::new();
            for (name, mode) in names {
                let volume = volume_name(&name, mode);
                prop_assert!(volume.len() <= MAX_NAME);
                prop_assert!(volume.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
                prop_assert!(!volume.ends_with('-'));
                let owner = seen.entry(volume).or_insert_with(|| (name.clone(), mode)).clone();
                prop_assert_eq!(owner, (name, mode));
            }
        }
    }
}
