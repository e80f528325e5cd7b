//! The Policies and Exemptions among the examples.

use anyhow::{Result, ensure};
use lessor::admission::{Endpoint, Outcome, Phase, User, decide, offline};
use lessor::cluster::files;
use lessor::names::Reason;

use super::files::{folder, snapshot};

/// They are read, and admitted: Policies from anybody whom RBAC lets write
/// them, Exemptions from administrators only.
pub(super) fn admitted() -> Result<()> {
    let manifests = files::read(&[folder("policies")])?;
    let (policies, exemptions) = (files::policies(&manifests)?, files::exemptions(&manifests)?);
    ensure!(!policies.is_empty() && !exemptions.is_empty());
    ensure!(policies.len() + exemptions.len() == manifests.len(), "something else is there");
    for exemption in &exemptions {
        let named =
            policies.iter().any(|p| p.metadata.name.as_ref() == Some(&exemption.spec.policy));
        ensure!(named, "{} is not among the examples", exemption.spec.policy);
    }
    for policy in &policies {
        ensure!(!policy.spec.cases.is_empty(), "{:?} has no cases", policy.metadata.name);
    }
    let snapshot = snapshot()?;
    for manifest in manifests {
        for administrator in [true, false] {
            let mut request = offline::create(manifest.object.clone(), "", &User::default())?;
            let endpoint = Endpoint { phase: Phase::Validating, administrator };
            let Outcome::Decided(decision) = decide(&mut request, endpoint, &snapshot) else {
                anyhow::bail!("{}: not decided", manifest.path.display())
            };
            let reasons: Vec<Reason> = decision.violations.iter().map(|v| v.reason).collect();
            let forbidden = manifest.kind() == "Exemption" && !administrator;
            let expected: &[Reason] = if forbidden { &[Reason::ExemptionForbidden] } else { &[] };
            ensure!(reasons == expected, "{}: {:?}", manifest.path.display(), decision.violations);
        }
    }
    Ok(())
}
