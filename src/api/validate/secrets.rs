//! Secrets copied into the tenant's namespaces.

use super::errors::{Errors, listed};
use crate::api::syntax::is_dns_subdomain;
use crate::api::tenant::{SecretDistribution, SecretMount};
use crate::api::tenant_class::TenantClassSpec;
use crate::api::valid::ValidSecret;
use crate::names::{self, Reason};

/// Directories that containers cannot live without: a volume in their place
/// would hide them. Directories below are free.
const OCCUPIED: [&str; 24] = [
    "/bin",
    "/boot",
    "/etc",
    "/home",
    "/lib",
    "/lib64",
    "/opt",
    "/root",
    "/run",
    "/run/secrets",
    "/sbin",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/share",
    "/var",
    "/var/lib",
    "/var/run",
    "/var/run/secrets",
];

/// Trees that belong to the kernel, and the one where Kubernetes mounts
/// ServiceAccount tokens (by both of its usual names).
const FOREIGN: [&str; 5] =
    ["/dev", "/proc", "/sys", "/run/secrets/kubernetes.io", "/var/run/secrets/kubernetes.io"];

/// Resolves the secrets; each key is granted by the class.
pub(super) fn read(
    secrets: &[SecretDistribution],
    class: &TenantClassSpec,
    errors: &mut Errors,
) -> Vec<ValidSecret> {
    let mut valid = Vec::with_capacity(secrets.len());
    let mut mounted: Vec<(&str, String)> = Vec::new();
    for (index, secret) in secrets.iter().enumerate() {
        let field = format!("spec.secrets[{index}]");
        let before = errors.count();
        check_name(&field, &secret.name, errors);
        if secrets[..index].iter().any(|earlier| earlier.name == secret.name) {
            errors.invalid(
                format!("{field}.name"),
                format!("`{}` is used twice; give each copy its own name", secret.name),
            );
        }
        let keys = keys(&field, secret, class, errors);
        for (position, mount) in secret.mounts.iter().enumerate() {
            let field = format!("{field}.mounts[{position}]");
            check_mount(&field, mount, &mut mounted, errors);
        }
        if errors.count() > before {
            continue;
        }
        valid.push(ValidSecret {
            name: secret.name.clone(),
            source: secret.from.secret.clone(),
            keys,
            mounts: secret.mounts.clone(),
        });
    }
    valid
}

fn check_name(field: &str, name: &str, errors: &mut Errors) {
    if !is_dns_subdomain(name) {
        errors.invalid(
            format!("{field}.name"),
            format!("`{name}` is not the name of a Secret: a-z, 0-9, `-` and `.`"),
        );
    }
    if name.starts_with(names::RESERVED_NAME_PREFIX) {
        errors.push(
            format!("{field}.name"),
            Reason::ReservedNameForbidden,
            format!(
                "names beginning with `{}` are reserved; choose another",
                names::RESERVED_NAME_PREFIX
            ),
        );
    }
}

fn keys(
    field: &str,
    secret: &SecretDistribution,
    class: &TenantClassSpec,
    errors: &mut Errors,
) -> Vec<String> {
    // A source may be listed more than once; the grants add up.
    let grants = class.secrets.iter().filter(|grant| grant.name == secret.from.secret);
    let granted: Vec<&String> = grants.flat_map(|grant| &grant.keys).collect();
    if granted.is_empty() {
        errors.push(
            format!("{field}.from.secret"),
            Reason::SecretSourceForbidden,
            format!(
                "the class does not grant secret `{}`; allowed: {}",
                secret.from.secret,
                listed(class.secrets.iter().map(|grant| &grant.name))
            ),
        );
        return Vec::new();
    }
    for (index, key) in secret.from.keys.iter().enumerate() {
        if !granted.contains(&key) {
            errors.push(
                format!("{field}.from.keys[{index}]"),
                Reason::SecretSourceForbidden,
                format!(
                    "the class does not grant key `{key}` of secret `{}`; allowed: {}",
                    secret.from.secret,
                    listed(&granted)
                ),
            );
        }
    }
    let mut keys: Vec<String> = if secret.from.keys.is_empty() {
        granted.into_iter().cloned().collect()
    } else {
        secret.from.keys.clone()
    };
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn check_mount<'a>(
    field: &str,
    mount: &'a SecretMount,
    mounted: &mut Vec<(&'a str, String)>,
    errors: &mut Errors,
) {
    errors.selector(&format!("{field}.selector"), &mount.selector);
    if mount.default_mode.is_some_and(|mode| mode > 0o777) {
        errors.invalid(format!("{field}.defaultMode"), "a file mode is at most 511 (0777)");
    }
    let field = format!("{field}.path");
    let path = mount.path.as_str();
    if !is_normal(path) {
        errors.invalid(
            field,
            format!("`{path}` must be absolute and normal: no empty, `.` or `..` parts, no `:`, no trailing slash, not `/` itself"),
        );
        return;
    }
    if OCCUPIED.contains(&path) || FOREIGN.iter().any(|tree| is_within(path, tree)) {
        errors.invalid(
            &field,
            format!("`{path}` would hide a directory of the system; mount below a directory of its own, as in `/var/run/secrets/lessor/{{name}}`"),
        );
    }
    // Whether two selectors can select one Pod is not asked: labels change.
    for (other, other_field) in mounted.iter() {
        if is_within(path, other) || is_within(other, path) {
            errors.push(
                &field,
                Reason::MountShadowed,
                format!("`{path}` is the same as, inside or around `{other}` of {other_field}; give each mount a directory of its own"),
            );
        }
    }
    mounted.push((path, field));
}

fn is_normal(path: &str) -> bool {
    path.strip_prefix('/').is_some_and(|rest| {
        rest.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
    }) && !path.contains(':')
        && !path.chars().any(char::is_control)
}

/// Whether `path` is `tree` or below it.
fn is_within(path: &str, tree: &str) -> bool {
    path.strip_prefix(tree).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
