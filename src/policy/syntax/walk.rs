//! Walking over a rule. References are walked without recursion; everything
//! else nests no deeper than the parser lets it.

use regorus::unstable::{
    AssignOp, Expr, Literal, LiteralStmt, Query, Ref, Rule, RuleHead, WithModifier,
};

use super::references::{Root, indices, root_of};

/// Names that are declared where the walk is: arguments, `some`, `:=`, `every`.
#[derive(Default)]
pub(in crate::policy) struct Scopes<'a> {
    stack: Vec<Scope<'a>>,
}

#[derive(Default)]
struct Scope<'a> {
    /// With a value from where they are declared.
    bound: Vec<&'a str>,
    /// By `some x` alone.
    free: Vec<&'a str>,
}

impl Scopes<'_> {
    pub(in crate::policy) fn declares(&self, name: &str) -> bool {
        self.binds(name) || self.stack.iter().any(|scope| scope.free.contains(&name))
    }

    /// Whether the declaration gives the name its value.
    pub(in crate::policy) fn binds(&self, name: &str) -> bool {
        self.stack.iter().any(|scope| scope.bound.contains(&name))
    }
}

/// What is told on the way.
pub(in crate::policy) trait Visitor<'a> {
    /// A reference or a lone name, whole.
    fn reference(&mut self, _expression: &'a Ref<Expr>, _scopes: &Scopes<'a>) {}
    /// A call, before its arguments.
    fn call(
        &mut self,
        _call: &'a Ref<Expr>,
        _function: &'a Ref<Expr>,
        _arguments: &'a [Ref<Expr>],
        _scopes: &Scopes<'a>,
    ) {
    }
    /// An operator other than a comparison, before its sides.
    fn operation(&mut self, _expression: &'a Ref<Expr>) {}
    /// A statement, before what is in it.
    fn statement(&mut self, _statement: &'a LiteralStmt, _scopes: &Scopes<'a>) {}
    /// A modifier of a statement.
    fn with(&mut self, _modifier: &'a WithModifier) {}
    /// A body or comprehension begins.
    fn query(&mut self, _query: &'a Query) {}
    /// It ends.
    fn query_end(&mut self) {}
}

/// Walks over heads and bodies.
pub(in crate::policy) fn walk_rule<'a>(rule: &'a Rule, visitor: &mut impl Visitor<'a>) {
    let mut scopes = Scopes::default();
    match rule {
        Rule::Default { value, .. } => expression(value, visitor, &mut scopes),
        Rule::Spec { head, bodies, .. } => {
            let mut arguments = Vec::new();
            if let RuleHead::Func { args, .. } = head {
                args.iter().for_each(|argument| names_in(argument, &mut arguments));
            }
            scopes.stack.push(Scope { bound: arguments, free: Vec::new() });
            let parts: Vec<&'a Ref<Expr>> = match head {
                RuleHead::Compr { refr, assign, .. } => {
                    indices(refr).into_iter().chain(assign.as_ref().map(|a| &a.value)).collect()
                }
                RuleHead::Set { refr, key, .. } => indices(refr).into_iter().chain(key).collect(),
                RuleHead::Func { assign, .. } => assign.iter().map(|a| &a.value).collect(),
            };
            if bodies.is_empty() {
                parts.iter().for_each(|part| expression(part, visitor, &mut scopes));
            }
            for (index, body) in bodies.iter().enumerate() {
                let own = body.assign.as_ref().map(|assign| &assign.value);
                let inherited = if index == 0 { parts.as_slice() } else { &[] };
                query(&body.query, inherited.iter().copied().chain(own), visitor, &mut scopes);
            }
        }
    }
}

/// Walks over one expression, outside of any scope.
pub(in crate::policy) fn walk_expression<'a>(of: &'a Ref<Expr>, visitor: &mut impl Visitor<'a>) {
    expression(of, visitor, &mut Scopes::default());
}

/// A query and the expressions that see what it declares.
fn query<'a>(
    of: &'a Ref<Query>,
    outputs: impl IntoIterator<Item = &'a Ref<Expr>>,
    visitor: &mut impl Visitor<'a>,
    scopes: &mut Scopes<'a>,
) {
    let mut declared = Scope::default();
    of.stmts.iter().for_each(|statement| declares(statement, &mut declared));
    scopes.stack.push(declared);
    visitor.query(of);
    for statement in &of.stmts {
        visitor.statement(statement, scopes);
        literal(&statement.literal, visitor, scopes);
        for modifier in &statement.with_mods {
            visitor.with(modifier);
            expression(&modifier.r#as, visitor, scopes);
        }
    }
    outputs.into_iter().for_each(|output| expression(output, visitor, scopes));
    visitor.query_end();
    scopes.stack.pop();
}

fn literal<'a>(of: &'a Literal, visitor: &mut impl Visitor<'a>, scopes: &mut Scopes<'a>) {
    match of {
        Literal::SomeVars { .. } => {}
        Literal::SomeIn { collection, .. } => expression(collection, visitor, scopes),
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
            expression(expr, visitor, scopes);
        }
        Literal::Every { key, value, domain, query: inner, .. } => {
            expression(domain, visitor, scopes);
            let names = key.iter().chain([value]).map(regorus::unstable::Span::text);
            scopes.stack.push(Scope { bound: names.collect(), free: Vec::new() });
            query(inner, [], visitor, scopes);
            scopes.stack.pop();
        }
    }
}

fn declares<'a>(statement: &'a LiteralStmt, into: &mut Scope<'a>) {
    match &statement.literal {
        Literal::SomeVars { vars, .. } => into.free.extend(vars.iter().map(|var| var.text())),
        Literal::SomeIn { key, value, .. } => {
            key.iter().chain([value]).for_each(|pattern| names_in(pattern, &mut into.bound));
        }
        Literal::Expr { expr, .. } => {
            if let Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } = expr.as_ref() {
                names_in(lhs, &mut into.bound);
            }
        }
        Literal::NotExpr { .. } | Literal::Every { .. } => {}
    }
}

/// The names that a pattern binds.
fn names_in<'a>(pattern: &'a Ref<Expr>, into: &mut Vec<&'a str>) {
    match pattern.as_ref() {
        Expr::Var { span, .. } => into.push(span.text()),
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().for_each(|item| names_in(item, into));
        }
        Expr::Object { fields, .. } => {
            fields.iter().for_each(|(_, _, value)| names_in(value, into));
        }
        _ => {}
    }
}

fn expression<'a>(of: &'a Ref<Expr>, visitor: &mut impl Visitor<'a>, scopes: &mut Scopes<'a>) {
    match of.as_ref() {
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. } => {}
        Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
            visitor.reference(of, scopes);
            for index in indices(of) {
                expression(index, visitor, scopes);
            }
            if let Some(Root::Other(root)) = root_of(of) {
                expression(root, visitor, scopes);
            }
        }
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().for_each(|item| expression(item, visitor, scopes));
        }
        Expr::Object { fields, .. } => {
            for (_, key, value) in fields {
                expression(key, visitor, scopes);
                expression(value, visitor, scopes);
            }
        }
        Expr::ArrayCompr { term, query: inner, .. } | Expr::SetCompr { term, query: inner, .. } => {
            query(inner, [term], visitor, scopes);
        }
        Expr::ObjectCompr { key, value, query: inner, .. } => {
            query(inner, [key, value], visitor, scopes);
        }
        Expr::Call { fcn, params, .. } => {
            visitor.call(of, fcn, params, scopes);
            params.iter().for_each(|param| expression(param, visitor, scopes));
        }
        Expr::UnaryExpr { expr, .. } => expression(expr, visitor, scopes),
        Expr::BinExpr { lhs, rhs, .. } | Expr::ArithExpr { lhs, rhs, .. } => {
            visitor.operation(of);
            expression(lhs, visitor, scopes);
            expression(rhs, visitor, scopes);
        }
        Expr::BoolExpr { lhs, rhs, .. } | Expr::AssignExpr { lhs, rhs, .. } => {
            expression(lhs, visitor, scopes);
            expression(rhs, visitor, scopes);
        }
        Expr::Membership { key, value, collection, .. } => {
            key.iter().for_each(|key| expression(key, visitor, scopes));
            expression(value, visitor, scopes);
            expression(collection, visitor, scopes);
        }
    }
}
