//! The examples, inside the binary: an installed `lessor` shows them anywhere.

use std::path::Path;

use crate::cluster::files::{self, FileError, Manifest};

/// A file below `examples/`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Example {
    /// Path below the folder, without the suffix, such as `allowed/pod`.
    pub(super) name: &'static str,
    text: &'static str,
}

macro_rules! embedded {
    ($folder:literal: $($name:literal),* $(,)?) => {
        [$(Example {
            name: $name,
            text: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"), "/examples/", $folder, $name, ".yaml"
            )),
        }),*]
    };
}

/// Tenants and the class that they name.
pub(super) const KNOWN: [Example; 4] = embedded!("":
    "classes/standard", "tenants/acme", "tenants/globex", "tenants/original");

/// Workloads, the admitted ones first.
#[rustfmt::skip]
pub(super) const WORKLOADS: [Example; 52] = embedded!("workloads/":
    "allowed/deployment", "allowed/statefulset", "allowed/cronjob", "allowed/job",
    "allowed/daemonset", "allowed/replicaset", "allowed/pod", "allowed/pod-hardened",
    "allowed/pod-token", "allowed/pod-baseline", "allowed/service", "allowed/ingress",
    "allowed/networkpolicy", "allowed/persistentvolumeclaim", "allowed/configmap",
    "allowed/secret", "allowed/deployer", "allowed/autoscaling", "allowed/certificate",
    "allowed/unmanaged", "denied/privileged", "denied/host-path", "denied/host-network",
    "denied/root", "denied/capabilities", "denied/probe-host", "denied/secret-by-environment",
    "denied/secret-by-projection", "denied/serviceaccount-secret", "denied/shadowed-mount",
    "denied/foreign-token", "denied/secret-token", "denied/tolerates-everything",
    "denied/node-name", "denied/claim-volume-name", "denied/claim-storage-class",
    "denied/networkpolicy-widens", "denied/networkpolicy-namespace", "denied/service-node-port",
    "denied/service-external-ip", "denied/service-external-name", "denied/endpoints",
    "denied/rolebinding-everybody", "denied/rolebinding-cluster-admin", "denied/role-wildcard",
    "denied/identity-theft", "denied/reserved-name", "denied/reserved-key", "denied/replicated",
    "denied/kind-not-allowed", "denied/unknown-field", "denied/tenant-spec");

impl Example {
    /// The objects of the file.
    pub(super) fn manifests(&self) -> Result<Vec<Manifest>, FileError> {
        files::parse(Path::new(&format!("{}.yaml", self.name)), self.text)
    }

    /// What the first line expects: the reasons, the leading one first; empty
    /// when everything in the file is admitted.
    pub(super) fn expected(&self) -> Vec<&'static str> {
        let first = self.text.lines().next().unwrap_or_default();
        let reasons = first.strip_prefix("# expect: ").unwrap_or_default();
        reasons.split(", ").filter(|reason| *reason != "allowed").collect()
    }

    /// What the file is about: the comment below the first line.
    pub(super) fn story(&self) -> String {
        let lines = self.text.lines().skip(1).map_while(|line| line.strip_prefix("# "));
        lines.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_embedded() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        for folder in ["workloads/allowed", "workloads/denied", "tenants", "classes"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(&root).unwrap().with_extension("");
                let name = name.to_str().unwrap().trim_start_matches("workloads/").to_owned();
                let known = WORKLOADS.iter().chain(&KNOWN).any(|example| example.name == name);
                assert!(known, "{name} is not part of the demo");
            }
        }
    }

    #[test]
    fn every_workload_says_what_it_expects() {
        for example in &WORKLOADS {
            let admitted = example.name.starts_with("allowed/");
            assert_eq!(example.expected().is_empty(), admitted, "{}", example.name);
            assert!(example.text.starts_with("# expect: "), "{}", example.name);
            assert!(!example.manifests().unwrap().is_empty(), "{}", example.name);
        }
    }
}
