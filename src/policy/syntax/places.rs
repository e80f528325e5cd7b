//! Where things are written. The parser's spans are not the whole truth: they
//! leave out the quotes of strings, begin an object at its last item, and end
//! `set()` behind what follows.

use std::ops::Range;

use regorus::unstable::{Expr, Ref, Span};

use crate::policy::rewrite::{Token, tokens};

/// A text that expressions were parsed from.
pub(in crate::policy) struct Places<'t> {
    text: &'t str,
    tokens: Vec<Token<'t>>,
}

impl<'t> Places<'t> {
    pub(in crate::policy) fn of(text: &'t str) -> Self {
        Self { text, tokens: tokens(text) }
    }

    /// The bytes of a statement or of an operation.
    pub(in crate::policy) fn span(&self, span: &Span) -> Range<usize> {
        let (start, end) = (span.start as usize, span.end as usize);
        let quote = |at: Option<usize>| {
            let byte = at.and_then(|at| self.text.as_bytes().get(at));
            byte.is_some_and(|byte| matches!(byte, b'"' | b'`'))
        };
        let before = start - usize::from(quote(start.checked_sub(1)));
        before..end + usize::from(quote(Some(end)))
    }

    /// The bytes of an expression.
    pub(in crate::policy) fn expression(&self, expression: &Ref<Expr>) -> Range<usize> {
        let place = self.span(expression.span());
        match expression.as_ref() {
            Expr::Object { fields, .. } if fields.len() > 1 => {
                self.opening(place.end).unwrap_or(place.start)..place.end
            }
            Expr::Set { items, .. } if items.is_empty() => {
                let close =
                    self.tokens.iter().find(|token| token.start > place.start && token.is(")"));
                place.start..close.map_or(place.end, Token::end)
            }
            _ => place,
        }
    }

    /// What is written there.
    pub(in crate::policy) fn text(&self, place: Range<usize>) -> &'t str {
        self.text.get(place).unwrap_or_default()
    }

    /// Where the bracket was opened that is closed right before `end`.
    fn opening(&self, end: usize) -> Option<usize> {
        let last = self.tokens.partition_point(|token| token.start < end);
        let mut depth = 0usize;
        for token in self.tokens[..last].iter().rev() {
            if token.is("}") || token.is("]") || token.is(")") {
                depth += 1;
            } else if token.is("{") || token.is("[") || token.is("(") {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(token.start);
                }
            }
        }
        None
    }
}
