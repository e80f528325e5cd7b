//! Policies and Exemptions among manifests.

use std::collections::BTreeMap;

use kube::core::CustomResourceExt;

use super::files::{FileError, Manifest, decode};
use crate::api::{Exemption, FieldError, Policy, validate_exemption, validate_policy};
use crate::names;

/// The Policies among manifests, in their order.
///
/// # Errors
/// [`FileError::Schema`] for the first field that is unknown or wrong, with file
/// and line, and for a name that is there twice. Rego is not compiled here.
pub fn policies(manifests: &[Manifest]) -> Result<Vec<Policy>, FileError> {
    read(manifests, "Policy", |name, policy: &Policy| validate_policy(name, &policy.spec))
}

/// The Exemptions among manifests, in their order.
///
/// # Errors
/// As [`policies`].
pub fn exemptions(manifests: &[Manifest]) -> Result<Vec<Exemption>, FileError> {
    read(manifests, "Exemption", |_, exemption: &Exemption| validate_exemption(&exemption.spec))
}

fn read<T>(
    manifests: &[Manifest],
    kind: &str,
    errors: impl Fn(&str, &T) -> Vec<FieldError>,
) -> Result<Vec<T>, FileError>
where
    T: CustomResourceExt + kube::Resource + serde::de::DeserializeOwned + serde::Serialize,
{
    let crd = T::crd();
    let mut places = BTreeMap::new();
    let mut read = Vec::new();
    let ours = manifests.iter().filter(|m| m.group() == names::GROUP && m.kind() == kind);
    for manifest in ours {
        let object: T = decode(manifest, &crd)?;
        let name = object.meta().name.clone().unwrap_or_default();
        if let Some(error) = errors(&name, &object).into_iter().next() {
            return Err(FileError::Schema {
                location: manifest.locate(&error.field),
                message: format!("{kind} {name}: {}: {}", error.field, error.message),
            });
        }
        let place = manifest.locate("metadata.name");
        if let Some(earlier) = places.insert(name.clone(), place.clone()) {
            return Err(FileError::Schema {
                location: place,
                message: format!("{kind} {name} is at {earlier} already; give one another name"),
            });
        }
        read.push(object);
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cluster::files::parse;

    const POLICY: &str = "apiVersion: lessor.io/v1alpha1
kind: Policy
metadata:
  name: replicas
spec:
  rego: |
    package replicas
  parameters: {anything: [goes, here]}
  match:
    kinds:
    - {apiGroups: [apps], kinds: [Deployment]}
    namespaces:
    - acme-*
  cases:
  - name: a free-form object
    object: {apiVersion: v1, kind: Pod, spec: {unknown: 1}}
    expect: {verdict: allow}
";
    const EXEMPTION: &str = "apiVersion: lessor.io/v1alpha1
kind: Exemption
metadata:
  name: batch
spec:
  policy: replicas
  tenant: acme
  reason: OPS-7
  expires: 2027-03-31T00:00:00Z
";

    fn manifests(text: &str) -> Vec<Manifest> {
        parse(Path::new("p.yaml"), text).unwrap()
    }

    #[test]
    fn policies_and_exemptions_are_found_among_others() {
        let all = manifests(&format!("{EXEMPTION}---\nkind: Pod\napiVersion: v1\n---\n{POLICY}"));
        let policies = policies(&all).unwrap();
        assert_eq!(policies.len(), 1);
        assert_eq!(policies[0].spec.matching.namespaces, ["acme-*"]);
        let exemptions = exemptions(&all).unwrap();
        assert_eq!(exemptions[0].spec.expires, "2027-03-31T00:00:00Z");
        let foreign = POLICY.replace("lessor.io/v1alpha1", "kyverno.io/v1");
        assert_eq!(super::policies(&manifests(&foreign)).unwrap(), []);
    }

    #[test]
    fn what_is_wrong_is_found_at_its_line() {
        for (right, wrong, expected) in [
            (
                "  match:",
                "  matches:\n  match:",
                "p.yaml:9: unknown field spec.matches; known here: budget, ",
            ),
            (
                "    namespaces:",
                "    namespace:",
                "p.yaml:12: unknown field spec.match.namespace; known here: classes, ",
            ),
            (
                "acme-*",
                "a*b",
                "p.yaml:13: Policy replicas: spec.match.namespaces[0]: `a*b` has a `*` inside",
            ),
            (
                "  - name: a free",
                "  - nam: a free",
                "p.yaml:15: unknown field spec.cases[0].nam; known here: expect, ",
            ),
            (
                "kind: Pod",
                "king: Pod",
                "p.yaml:16: Policy replicas: spec.cases[0].object.kind: is missing",
            ),
            ("  rego: |\n    package replicas\n", "", "p.yaml:1: Policy: missing field `rego`"),
        ] {
            assert!(POLICY.contains(right), "{right}");
            let error =
                policies(&manifests(&POLICY.replace(right, wrong))).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        let never = EXEMPTION.replace("2027-03-31T00:00:00Z", "never");
        let error = exemptions(&manifests(&never)).unwrap_err().to_string();
        assert!(error.starts_with("p.yaml:9: Exemption batch: spec.expires: `never`"), "{error}");
    }

    #[test]
    fn a_name_is_given_once() {
        let error = policies(&manifests(&format!("{POLICY}---\n{POLICY}"))).unwrap_err();
        assert_eq!(
            error.to_string(),
            "p.yaml:22: Policy replicas is at p.yaml:4 already; give one another name"
        );
    }
}
