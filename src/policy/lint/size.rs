//! Bounds on the text itself, before the parser sees it: its recursion follows
//! the nesting and the length of expressions.

use crate::names::Reason;
use crate::policy::compile::error::{at, whole};
use crate::policy::error::LoadError;
use crate::policy::rewrite::{Kind, Token, tokens};
use crate::policy::source::Module;

/// Most bytes, lines, and characters of a line.
const BYTES: usize = 1 << 20;
const LINES: usize = 20_000;
const COLUMNS: usize = 1024;
/// Most operators of one expression, most parts of one reference, deepest
/// nesting of brackets.
const OPERATORS: usize = 200;
const PARTS: usize = 32;
const DEPTH: usize = 24;

pub(in crate::policy) fn size(module: &Module) -> Option<LoadError> {
    if module.text.len() > BYTES {
        let message = format!("{} bytes are over the limit of {BYTES}", module.text.len());
        return Some(whole(Some(module), message));
    }
    let error = |line, message| Some(at(module, line, 1, message, Reason::Invalid));
    let mut number = 0;
    for line in module.text.lines() {
        number += 1;
        let wide = line.len() > COLUMNS && line.chars().count() > COLUMNS;
        if wide || number as usize > LINES {
            let limit = if wide { "1,024 characters in a line" } else { "20,000 lines" };
            return error(number, format!("the limit is {limit}"));
        }
    }
    let mut run = Run::default();
    for token in tokens(&module.text) {
        if let Some(message) = run.pass(&token) {
            return error(token.line, message);
        }
    }
    None
}

/// What nests at the moment.
#[derive(Default)]
struct Run {
    depth: usize,
    operators: usize,
    parts: usize,
    continued: bool,
}

impl Run {
    fn pass(&mut self, token: &Token<'_>) -> Option<String> {
        if token.first && !self.continued && !matches!(token.text, "(" | "[" | "." | ")" | "]") {
            self.operators = 0;
            self.parts = 0;
        }
        self.continued = false;
        match (token.kind, token.text) {
            (Kind::Sign, "(" | "[" | "{") => {
                self.depth += 1;
                self.parts += usize::from(token.text == "[");
            }
            (Kind::Sign, ")" | "]" | "}") => self.depth = self.depth.saturating_sub(1),
            (Kind::Sign, ".") => self.parts += 1,
            (Kind::Sign, ";") => self.operators = 0,
            (Kind::Sign, "," | ":") => {
                self.parts = 0;
                self.continued = true;
            }
            (Kind::Sign, _) => {
                self.operators += 1;
                self.parts = 0;
                self.continued = true;
            }
            (Kind::Name, "in" | "not") if !token.field => {
                self.operators += 1;
                self.continued = true;
            }
            (Kind::Number, text) if text.len() > 400 => {
                return Some("a number of more than 400 digits".to_owned());
            }
            _ => {}
        }
        let over = |what: &str, most: usize| Some(format!("{what}: the limit is {most}"));
        match self {
            Self { depth, .. } if *depth > DEPTH => over("brackets nest too deeply", DEPTH),
            Self { operators, .. } if *operators > OPERATORS => {
                over("an expression has too many operators", OPERATORS)
            }
            Self { parts, .. } if *parts > PARTS => over("a reference has too many parts", PARTS),
            _ => None,
        }
    }
}
