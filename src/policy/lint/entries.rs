//! The rules that a policy is asked for.

use regorus::unstable::{Expr, Ref, Rule, RuleHead};

use super::Parsed;
use super::modules::here;
use crate::policy::compile::Entry;
use crate::policy::compile::error::whole;
use crate::policy::error::LoadError;
use crate::policy::syntax::{Names, package_path, rule_path};

/// What is right, as the end of a sentence.
const RIGHT: &str = "it must be a set of objects: `violation contains {\"msg\": msg} if { … }`, in \
                     v0 `violation[{\"msg\": msg}] { … }`";

/// Which entries the policy's package has.
///
/// # Errors
/// There is none, or one is no set.
pub(in crate::policy) fn entries(
    modules: &[Parsed<'_>],
    names: &Names,
) -> Result<[bool; 2], Vec<LoadError>> {
    let Some(policy) = modules.first() else { return Ok([false; 2]) };
    let package = package_path(&policy.tree);
    let mut errors = Vec::new();
    let has = Entry::ALL.map(|entry| {
        let mut path = package.clone();
        path.push(entry.rule().to_owned());
        for Parsed { module, tree } in modules {
            for rule in tree.policy.iter().filter(|rule| rule_path(tree, rule).starts_with(&path)) {
                if !is_set(rule, entry.rule()) {
                    errors.push(here(module, rule.span(), format!("`{}`: {RIGHT}", entry.rule())));
                }
            }
        }
        names.rules.contains_key(&path) || names.rules.keys().any(|rule| rule.starts_with(&path))
    });
    if errors.is_empty() && has == [false; 2] {
        let deny = names.rules.keys().any(|rule| {
            rule.starts_with(&package) && rule.get(package.len()).is_some_and(|name| name == "deny")
        });
        let hint = if deny { "; rename `deny`" } else { "" };
        let message =
            format!("package {} has no rule `violation`{hint}: {RIGHT}", package.join("."));
        errors.push(whole(Some(policy.module), message));
    }
    if errors.is_empty() { Ok(has) } else { Err(errors) }
}

/// A partial set, or a complete rule without arguments: that may be a set, and
/// where it is undefined, evaluation says so.
fn is_set(rule: &Rule, name: &str) -> bool {
    let lone =
        |refr: &Ref<Expr>| matches!(refr.as_ref(), Expr::Var { span, .. } if span.text() == name);
    match rule {
        Rule::Spec { head: RuleHead::Set { .. }, .. } => true,
        Rule::Spec { head: RuleHead::Compr { refr, .. }, .. } => lone(refr),
        Rule::Default { refr, args, .. } => lone(refr) && args.is_empty(),
        Rule::Spec { head: RuleHead::Func { .. }, .. } => false,
    }
}
