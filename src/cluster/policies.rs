//! Policies and Exemptions, among manifests and as the API server has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use kube::core::{CustomResourceExt, DeserializeGuard};

use super::files::{FileError, Manifest, decode};
use crate::api::{Exemption, FieldError, Policy, PolicySpec, validate_exemption, validate_policy};
use crate::names;
use crate::policy::{Broken, LoadError, Member, admit, select::Matcher};
use crate::snapshot::Change;

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

/// What a Policy of the cluster means for the webhook. It is compiled aside, off
/// the I/O threads: until that is done the version before goes on.
pub(super) async fn policy_change(guarded: DeserializeGuard<Policy>) -> Change {
    let policy = match guarded.0 {
        Ok(policy) => policy,
        Err(invalid) => {
            // What it would judge is not known either.
            let name = invalid.metadata.name.unwrap_or_default();
            tracing::error!(policy = %name, error = %invalid.error, "policy cannot be read");
            return Change::NoPolicy(name);
        }
    };
    let name = policy.metadata.name.clone().unwrap_or_default();
    match tokio::task::spawn_blocking(move || member(&policy)).await {
        Ok(Some(member)) => Change::Policy(member),
        _ => Change::NoPolicy(name),
    }
}

/// A Policy compiled: the spec that the controller found good last, else its own
/// as long as no controller has looked at it. None when it has neither a version
/// that compiles nor a readable match.
#[must_use]
pub fn member(policy: &Policy) -> Option<Member> {
    let name = policy.metadata.name.as_deref().unwrap_or_default();
    let active = policy.status.as_ref().and_then(|status| status.active.as_ref());
    let mut errors = Vec::new();
    for spec in active.map(|active| &active.spec).into_iter().chain([&policy.spec]) {
        match admit(name, spec) {
            Ok(enforced) => return Some(Member::Enforced(Arc::new(enforced))),
            Err(found) => errors = found,
        }
    }
    tracing::error!(policy = %name, error = errors.first().map(ToString::to_string), "policy does not compile");
    broken(name, &policy.spec, &errors).map(|broken| Member::Broken(Arc::new(broken)))
}

fn broken(name: &str, spec: &PolicySpec, errors: &[LoadError]) -> Option<Broken> {
    Some(Broken {
        name: name.into(),
        enforcement: spec.enforcement,
        matcher: Matcher::of_policy(&spec.matching).ok()?,
        error: errors.first().map_or_else(String::new, ToString::to_string),
    })
}

/// What an Exemption of the cluster means for the webhook: one that cannot be
/// read exempts nothing.
pub(super) fn exemption_change(guarded: DeserializeGuard<Exemption>) -> Change {
    match guarded.0 {
        Ok(exemption) => Change::Exemption {
            name: exemption.metadata.name.unwrap_or_default(),
            spec: Box::new(exemption.spec),
        },
        Err(invalid) => {
            let name = invalid.metadata.name.unwrap_or_default();
            tracing::warn!(exemption = %name, error = %invalid.error, "exemption cannot be read");
            Change::NoExemption(name)
        }
    }
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
