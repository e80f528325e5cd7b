//! Every policy that is enforced, and the few that a request concerns.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::enforced::Enforced;
use super::select::{Index, Matcher, Subject};
use crate::api::{Enforcement, ExemptionSpec, Operation};

/// A policy of the set.
#[derive(Clone, Debug)]
pub enum Member {
    /// Ready to judge.
    Enforced(Arc<Enforced>),
    /// Has never compiled: whatever it would judge cannot be judged.
    Broken(Arc<Broken>),
}

/// A policy without a version that compiles. One that compiled before keeps
/// that version and is not broken.
#[derive(Debug)]
pub struct Broken {
    /// Name of the Policy.
    pub name: Arc<str>,
    /// What a violation would do.
    pub enforcement: Enforcement,
    /// Which requests it would judge.
    pub matcher: Matcher,
    /// Why, with place.
    pub error: String,
}

impl Member {
    fn matcher(&self) -> &Matcher {
        match self {
            Self::Enforced(policy) => &policy.matcher,
            Self::Broken(policy) => &policy.matcher,
        }
    }
}

/// An exemption, compiled.
#[derive(Debug)]
struct Exemption {
    name: Arc<str>,
    spec: ExemptionSpec,
    matcher: Matcher,
}

/// All policies and exemptions. A change makes another set; requests in flight
/// finish on the one they began with.
#[derive(Clone, Debug, Default)]
pub struct PolicySet {
    members: BTreeMap<Arc<str>, Member>,
    exemptions: BTreeMap<Arc<str>, Arc<Exemption>>,
    by_policy: BTreeMap<Arc<str>, Vec<Arc<Exemption>>>,
    order: Vec<Member>,
    index: Index,
    patches: bool,
}

impl PolicySet {
    /// Adds or replaces a policy.
    pub fn put(&mut self, member: Member) {
        let name = match &member {
            Member::Enforced(policy) => policy.name.clone(),
            Member::Broken(policy) => policy.name.clone(),
        };
        self.members.insert(name, member);
        self.reindex();
    }

    /// Takes a policy away.
    pub fn remove(&mut self, name: &str) {
        if self.members.remove(name).is_some() {
            self.reindex();
        }
    }

    /// Adds or replaces an exemption. One whose scope cannot be read exempts
    /// nothing.
    pub fn put_exemption(&mut self, name: &str, spec: ExemptionSpec) {
        let name: Arc<str> = name.into();
        match Matcher::of_exemption(&spec) {
            Ok(matcher) => {
                let exemption = Exemption { name: name.clone(), spec, matcher };
                self.exemptions.insert(name, Arc::new(exemption));
            }
            Err(_) => {
                self.exemptions.remove(&name);
            }
        }
        self.resort_exemptions();
    }

    /// Takes an exemption away.
    pub fn remove_exemption(&mut self, name: &str) {
        self.exemptions.remove(name);
        self.resort_exemptions();
    }

    /// A policy by name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Member> {
        self.members.get(name)
    }

    /// Every policy, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// How many policies there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Whether some policy may concern such a request. Conservative: the kind of a
    /// subresource's parent is not looked at.
    #[must_use]
    pub fn concerns(&self, kind: &str, operation: Operation) -> bool {
        !self.is_empty() && self.index.has(kind, operation)
    }

    /// Whether any policy patches.
    #[must_use]
    pub const fn patches(&self) -> bool {
        self.patches
    }

    /// Policies that judge the subject, by name.
    pub fn matching<'a>(
        &'a self,
        subject: &'a Subject<'_>,
    ) -> impl Iterator<Item = &'a Member> + 'a {
        self.index
            .candidates(subject)
            .filter_map(|place| self.order.get(place))
            .filter(|member| member.matcher().matches(subject))
    }

    /// The exemption that spares the subject from a policy at this moment.
    #[must_use]
    pub fn exemption(
        &self,
        policy: &str,
        subject: &Subject<'_>,
        now: jiff::Timestamp,
    ) -> Option<&Arc<str>> {
        self.by_policy
            .get(policy)?
            .iter()
            .find(|exemption| exemption.spec.holds_at(now) && exemption.matcher.matches(subject))
            .map(|exemption| &exemption.name)
    }

    fn reindex(&mut self) {
        self.order = self.members.values().cloned().collect();
        self.index = Index::new(self.order.iter().map(Member::matcher));
        self.patches = self
            .order
            .iter()
            .any(|member| matches!(member, Member::Enforced(policy) if policy.order.is_some()));
    }

    fn resort_exemptions(&mut self) {
        self.by_policy.clear();
        for exemption in self.exemptions.values() {
            let policy = exemption.spec.policy.as_str();
            self.by_policy.entry(policy.into()).or_default().push(exemption.clone());
        }
    }
}
