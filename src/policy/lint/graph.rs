//! Which rule asks which: nothing may ask itself, and no chain may be so long
//! that it fills a thread's stack. Both engines recurse with the chain; the
//! interpreter also with the statements of a body.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Literal, LiteralStmt, Module as Tree, Query, Ref, Span};

use super::Parsed;
use super::modules::here;
use crate::policy::error::LoadError;
use crate::policy::source::Module;
use crate::policy::syntax::{Names, Scopes, Target, Visitor, loops, rule_path, walk_rule};

/// Most that may be open at once: a rule counts 4, a loop in it 1. A thread's
/// stack of 2 MiB holds several times as much.
const STACK: usize = 256;
/// Most statements of one body.
const STATEMENTS: usize = 128;

struct Node<'a> {
    module: &'a Module,
    span: &'a Span,
    weight: usize,
    /// Rules it asks, and where.
    asks: BTreeMap<Vec<String>, &'a Span>,
}

pub(super) fn check(modules: &[Parsed<'_>], names: &Names) -> Vec<LoadError> {
    let mut errors = Vec::new();
    let mut nodes: BTreeMap<Vec<String>, Node<'_>> = BTreeMap::new();
    for Parsed { module, tree } in modules {
        for rule in &tree.policy {
            let mut asks = Asks {
                tree,
                names,
                found: BTreeMap::new(),
                weight: 0,
                long: None,
                open: Vec::new(),
            };
            walk_rule(rule, &mut asks);
            if let Some(span) = asks.long {
                let message = format!("a body of more than {STATEMENTS} statements");
                errors.push(here(module, span, message));
            }
            let node = nodes.entry(rule_path(tree, rule)).or_insert_with(|| Node {
                module,
                span: rule.span(),
                weight: 0,
                asks: BTreeMap::new(),
            });
            node.weight = node.weight.max(4 + asks.weight);
            node.asks.extend(asks.found);
        }
    }
    errors.extend(Depths::default().check(&nodes));
    errors
}

/// What is known of a rule on a walk over all of them.
#[derive(Default)]
struct Depths {
    done: BTreeMap<Vec<String>, usize>,
    open: Vec<Vec<String>>,
    reported: BTreeSet<Vec<String>>,
}

impl Depths {
    fn check(mut self, nodes: &BTreeMap<Vec<String>, Node<'_>>) -> Vec<LoadError> {
        let mut errors = Vec::new();
        for start in nodes.keys() {
            self.walk(nodes, start, &mut errors);
        }
        errors
    }

    /// Depth first, with a stack of its own: the chain may be long.
    fn walk(
        &mut self,
        nodes: &BTreeMap<Vec<String>, Node<'_>>,
        start: &[String],
        errors: &mut Vec<LoadError>,
    ) {
        let mut pending = vec![(start.to_vec(), false)];
        while let Some((path, leaving)) = pending.pop() {
            let Some(node) = nodes.get(&path) else { continue };
            if leaving {
                self.open.pop();
                let below = node.asks.keys().filter_map(|asked| self.done.get(asked)).max();
                let depth = node.weight + below.copied().unwrap_or(0);
                if depth > STACK && below.is_none_or(|below| *below <= STACK) {
                    let message = "the rules and functions it asks nest too deeply".to_owned();
                    errors.push(here(node.module, node.span, message));
                }
                self.done.insert(path, depth);
            } else if !self.done.contains_key(&path) && !self.open.contains(&path) {
                self.open.push(path.clone());
                for (asked, span) in &node.asks {
                    if let Some(at) = self.open.iter().position(|open| open == asked) {
                        if self.reported.insert(asked.clone()) {
                            errors.push(here(node.module, span, self.circle(at)));
                        }
                    } else {
                        pending.push((asked.clone(), false));
                    }
                }
                // Left when everything it asks is done.
                let at =
                    pending.len() - node.asks.keys().filter(|a| !self.open.contains(a)).count();
                pending.insert(at, (path, true));
            }
        }
    }

    fn circle(&self, from: usize) -> String {
        let names: Vec<String> =
            self.open[from..].iter().map(|path| format!("data.{}", path.join("."))).collect();
        let first = names.first().cloned().unwrap_or_default();
        format!("{first} is recursive: {} -> {first}", names.join(" -> "))
    }
}

struct Asks<'a, 'b> {
    tree: &'a Tree,
    names: &'b Names,
    found: BTreeMap<Vec<String>, &'a Span>,
    /// Loops and comprehensions that are open at once, at most.
    weight: usize,
    long: Option<&'a Span>,
    /// Statements of the queries that are open.
    open: Vec<usize>,
}

impl<'a> Asks<'a, '_> {
    fn leads(&mut self, expression: &'a Ref<Expr>, scopes: &Scopes<'a>) {
        if let Target::Data(path) = self.names.target(self.tree, expression, scopes) {
            for reached in self.names.reached(&path) {
                self.found.entry(reached.clone()).or_insert(expression.span());
            }
        }
    }
}

impl<'a> Visitor<'a> for Asks<'a, '_> {
    fn reference(&mut self, expression: &'a Ref<Expr>, scopes: &Scopes<'a>) {
        self.leads(expression, scopes);
    }

    fn call(
        &mut self,
        _: &'a Ref<Expr>,
        function: &'a Ref<Expr>,
        _: &'a [Ref<Expr>],
        scopes: &Scopes<'a>,
    ) {
        self.leads(function, scopes);
    }

    fn statement(&mut self, statement: &'a LiteralStmt, _: &Scopes<'a>) {
        let loops = match &statement.literal {
            Literal::SomeIn { .. } | Literal::Every { .. } => 1,
            Literal::Expr { expr, .. } => loops(expr).len(),
            Literal::SomeVars { .. } | Literal::NotExpr { .. } => 0,
        };
        if let Some(open) = self.open.last_mut() {
            *open += loops;
        }
        self.weight = self.weight.max(self.open.iter().sum());
    }

    fn query(&mut self, query: &'a Query) {
        if query.stmts.len() > STATEMENTS {
            self.long.get_or_insert(&query.span);
        }
        self.open.push(1);
    }

    fn query_end(&mut self) {
        self.open.pop();
    }
}
