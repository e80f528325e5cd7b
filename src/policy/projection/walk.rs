//! The one walk over what counts: hashing and projecting are its two sinks, so
//! that they cannot disagree about what was read.

use std::sync::Arc;

use serde_json::Number;

use super::tree::{Node, Part};
use super::view::{Doc, Form, Items, Members};
use regorus::Value as Rego;

/// What is made of a walk.
pub(super) trait Sink {
    /// What stands for a value.
    type Value;
    /// An array that is being filled.
    type Items;
    /// An object that is being filled.
    type Members;
    /// A key that waits for its value.
    type Key;

    /// Something is there; what, does not count.
    fn present(&mut self) -> Self::Value;
    fn null(&mut self) -> Self::Value;
    fn boolean(&mut self, flag: bool) -> Self::Value;
    fn number(&mut self, number: &Number) -> Self::Value;
    fn text(&mut self, text: &str) -> Self::Value;
    fn given(&mut self, value: Option<&Rego>) -> Self::Value;
    fn items(&mut self, length: usize) -> Self::Items;
    fn push(&mut self, items: &mut Self::Items, value: Self::Value);
    fn close_items(&mut self, items: Self::Items) -> Self::Value;
    fn members(&mut self) -> Self::Members;
    /// `known` is the same name, already shared.
    fn key(&mut self, name: &str, known: Option<&Arc<str>>) -> Self::Key;
    fn insert(&mut self, members: &mut Self::Members, key: Self::Key, value: Self::Value);
    fn close_members(&mut self, members: Self::Members) -> Self::Value;
    /// A container that counts as a whole: from what is remembered, else [`copy`].
    fn whole(&mut self, doc: Doc<'_>) -> Self::Value;
}

/// What counts of a document.
pub(super) fn walk<S: Sink>(node: &Node, doc: Doc<'_>, sink: &mut S) -> S::Value {
    let part = match (node, doc) {
        (_, Doc::Given(value)) => return sink.given(value),
        (Node::Present, _) => return sink.present(),
        (Node::Whole, _) => return sink.whole(doc),
        (Node::Part(part), _) => part,
    };
    match doc.form() {
        Form::Items(items) => some_items(part, items, sink),
        Form::Members(members) => some_members(part, members, sink),
        scalar => self::scalar(&scalar, sink),
    }
}

/// All of a document.
pub(super) fn copy<S: Sink>(doc: Doc<'_>, sink: &mut S) -> S::Value {
    match doc.form() {
        Form::Items(items) => {
            let mut out = sink.items(items.len());
            for item in (0..items.len()).filter_map(|position| items.at(position)) {
                let value = copy(item, sink);
                sink.push(&mut out, value);
            }
            sink.close_items(out)
        }
        Form::Members(members) => {
            let mut out = sink.members();
            members.each(|name, member| {
                let key = sink.key(name, None);
                let value = copy(member, sink);
                sink.insert(&mut out, key, value);
            });
            sink.close_members(out)
        }
        scalar => self::scalar(&scalar, sink),
    }
}

fn scalar<S: Sink>(form: &Form<'_>, sink: &mut S) -> S::Value {
    match form {
        Form::Bool(flag) => sink.boolean(*flag),
        Form::Number(number) => sink.number(number),
        Form::Text(text) => sink.text(text),
        Form::Given(value) => sink.given(*value),
        // Containers do not come here.
        Form::Null | Form::Items(_) | Form::Members(_) => sink.null(),
    }
}

/// Without "each", an array ends with the last element that counts: how long it
/// is, does not.
fn some_items<S: Sink>(part: &Part, items: Items<'_>, sink: &mut S) -> S::Value {
    let length = match &part.each {
        Some(_) => items.len(),
        None => {
            let counts = part.positions.keys().rev().find(|position| **position < items.len());
            counts.map_or(0, |last| last + 1)
        }
    };
    let mut out = sink.items(length);
    for position in 0..length {
        let node = part.positions.get(&position).or(part.each.as_ref());
        let value = match (node, items.at(position)) {
            (Some(node), Some(item)) => walk(node, item, sink),
            _ => sink.present(),
        };
        sink.push(&mut out, value);
    }
    sink.close_items(out)
}

fn some_members<S: Sink>(part: &Part, members: Members<'_>, sink: &mut S) -> S::Value {
    let mut out = sink.members();
    let mut one = |sink: &mut S, name: &str, known, node: &Node, member| {
        let key = sink.key(name, known);
        let value = walk(node, member, sink);
        sink.insert(&mut out, key, value);
    };
    if let Some(each) = &part.each {
        members.each(|name, member| match part.names.get_key_value(name) {
            Some((known, node)) => one(sink, name, Some(known), node, member),
            None => one(sink, name, None, each, member),
        });
    } else {
        for (name, node) in &part.names {
            if let Some(member) = members.get(name) {
                one(sink, name, Some(name), node, member);
            }
        }
    }
    sink.close_members(out)
}
