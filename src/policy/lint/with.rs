//! `with` replaces documents and functions under a policy's feet: it is for
//! tests.

use regorus::unstable::{Module as Tree, Rule, WithModifier};

use super::Parsed;
use super::modules::here;
use crate::names::Reason;
use crate::policy::error::LoadError;
use crate::policy::source::Module;
use crate::policy::syntax::{Names, Visitor, package_path, rule_path, walk_rule};

pub(super) fn check(modules: &[Parsed<'_>], _: &Names) -> Vec<LoadError> {
    let mut errors = Vec::new();
    for (index, Parsed { module, tree }) in modules.iter().enumerate() {
        // The first module is the policy: there only the tests themselves.
        let tests = index > 0 && tree.policy.iter().any(|rule| is_test(tree, rule));
        for rule in tree.policy.iter().filter(|rule| !tests && !is_test(tree, rule)) {
            walk_rule(rule, &mut Modifiers { module, errors: &mut errors });
        }
    }
    errors
}

fn is_test(tree: &Tree, rule: &Rule) -> bool {
    let path = rule_path(tree, rule);
    path.get(package_path(tree).len()).is_some_and(|name| name.starts_with("test_"))
}

struct Modifiers<'b> {
    module: &'b Module,
    errors: &'b mut Vec<LoadError>,
}

impl<'a> Visitor<'a> for Modifiers<'_> {
    fn with(&mut self, modifier: &'a WithModifier) {
        let message = "`with` may stand in tests only: rules named test_…".to_owned();
        let error = here(self.module, &modifier.span, message);
        self.errors.push(LoadError { reason: Reason::BuiltinForbidden, ..error });
    }
}
