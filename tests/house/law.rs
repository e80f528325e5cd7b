//! The import law: which room may know which others and which crates.

use super::paths::{Mention, paths};

/// A room and the rooms it may use. Its own is always allowed.
struct Room {
    name: &'static str,
    pure: bool,
    uses: &'static [&'static str],
}

/// What `cli`, `main` and `lib` may use.
const EVERYTHING: &str = "*";

const fn pure(name: &'static str, uses: &'static [&'static str]) -> Room {
    Room { name, pure: true, uses }
}

const fn io(name: &'static str, uses: &'static [&'static str]) -> Room {
    Room { name, pure: false, uses }
}

#[rustfmt::skip]
const ROOMS: [Room; 20] = [
    pure("names", &[]),
    pure("document", &["names"]),
    pure("api", &["names", "document"]),
    pure("isolation", &["names", "api", "document"]),
    pure("policy", &["names", "api", "document"]),
    pure("snapshot", &["names", "api", "document", "policy"]),
    pure("rules", &["names", "api"]),
    pure("admission", &["names", "api", "document", "isolation", "policy", "snapshot", "rules"]),
    pure("provision", &["names", "api", "document", "isolation"]),
    pure("rollout", &["names", "api", "document"]),
    io("settings", &["names", "api"]),
    io("tls", &["names", "api"]),
    io("telemetry", &["names", "api"]),
    io("cluster", &["names", "api", "document", "policy", "snapshot", "telemetry"]),
    io("broker", &["names", "api", "document", "telemetry"]),
    io("webhook", &["names", "api", "document", "isolation", "policy", "snapshot", "rules",
                    "admission", "cluster", "tls", "telemetry", "settings"]),
    io("controller", &["names", "api", "document", "isolation", "policy", "snapshot", "rules",
                       "provision", "rollout", "broker", "cluster", "tls", "telemetry", "settings"]),
    io("cli", &[EVERYTHING]),
    io("main", &[EVERYTHING]),
    io("lib", &[EVERYTHING]),
];

/// Crates that pure rooms may use; `kube` only as in [`KUBE_TYPES`].
const PURE_CRATES: [&str; 8] =
    ["serde", "serde_json", "schemars", "k8s_openapi", "kube", "thiserror", "sha2", "base64"];
/// Crates that belong to some rooms alone.
const OWNED_CRATES: [(&str, &[&str]); 8] = [
    // Keyed digests of secrets.
    ("hmac", &["provision"]),
    // Manifests as text.
    ("serde_saphyr", &["rules"]),
    ("json_patch", &["document"]),
    ("regex", &["policy"]),
    ("regorus", &["policy"]),
    // The error type of the builtins that regorus calls.
    ("anyhow", &["policy"]),
    // Parameters of policies against their schema.
    ("jsonschema", &["api"]),
    // Times as values; the clock itself is in `IMPURE`.
    ("jiff", &["api", "snapshot", "admission", "provision", "rollout"]),
];
/// The derives and traits of `kube`; its client is not for pure rooms.
const KUBE_TYPES: [&str; 7] = [
    "CustomResource",
    "CustomResourceExt",
    "KubeSchema",
    "CELSchema",
    "Resource",
    "ResourceExt",
    "core",
];
/// Beginnings of paths that reach outside or that differ from run to run.
const IMPURE: [&str; 16] = [
    "std::env",
    "std::fs",
    "std::process",
    "std::thread",
    "std::os",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::hash::RandomState",
    "std::net::TcpListener",
    "std::net::TcpStream",
    "std::net::UdpSocket",
    "std::net::ToSocketAddrs",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "std::random",
];
const CLOCKS: [[&str; 2]; 4] =
    [["Timestamp", "now"], ["Zoned", "now"], ["SystemTime", "now"], ["Instant", "now"]];

/// What `code` (tests blanked out) of the file `path`, from below `src/`, does
/// against the law: a byte offset and a sentence each. `crates` are the
/// package's dependencies as identifiers.
pub(crate) fn offences(path: &str, code: &str, crates: &[String]) -> Vec<(usize, String)> {
    let segments: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    let Some(room) = ROOMS.iter().find(|room| room.name == segments[0]) else {
        return vec![(0, format!("the room `{}` is not in the import law", segments[0]))];
    };
    // `a/mod.rs` and `a.rs` are both one step below the root.
    let depth = segments.iter().filter(|segment| **segment != "mod").count();
    let judge = |mention: &Mention| {
        offence(room, depth, &mention.segments, crates).map(|text| (mention.at, text))
    };
    paths(code).iter().filter_map(judge).collect()
}

fn offence(room: &Room, depth: usize, path: &[String], crates: &[String]) -> Option<String> {
    let first = path[0].as_str();
    let ups = path.iter().take_while(|segment| *segment == "super").count();
    match first {
        "crate" | "lessor" => other_room(room, path.get(1)?),
        "super" if ups >= depth => other_room(room, path.get(ups)?),
        _ if room.pure => impure(room, path, crates),
        _ if first == "regorus" => Some("regorus is for the room `policy` alone".to_owned()),
        _ => None,
    }
}

fn other_room(room: &Room, target: &str) -> Option<String> {
    let free = target == room.name || room.uses == [EVERYTHING] || room.uses.contains(&target);
    (!free).then(|| format!("`{}` may not use `{target}`", room.name))
}

fn impure(room: &Room, path: &[String], crates: &[String]) -> Option<String> {
    let (name, first) = (room.name, path[0].as_str());
    let whole = path.join("::");
    let begins = |beginning: &str| {
        let rest = whole.strip_prefix(beginning);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    if IMPURE.iter().any(|beginning| begins(beginning)) {
        return Some(format!("`{name}` is pure and may not use `{whole}`"));
    }
    let pairs = path.windows(2).map(|pair| [pair[0].as_str(), pair[1].as_str()]);
    if pairs.into_iter().any(|pair| CLOCKS.contains(&pair)) {
        return Some(format!("`{name}` is pure: time comes as an argument"));
    }
    if !crates.iter().any(|known| known == first) {
        return None;
    }
    let owners = OWNED_CRATES.iter().find(|(owned, _)| *owned == first);
    let allowed = match (owners, path.get(1)) {
        (Some((_, owners)), _) => owners.contains(&name),
        (None, Some(second)) if first == "kube" => KUBE_TYPES.contains(&second.as_str()),
        _ => PURE_CRATES.contains(&first),
    };
    (!allowed).then(|| format!("`{name}` is pure and may not use `{whole}`"))
}
