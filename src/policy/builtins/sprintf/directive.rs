//! One directive of a format: `%[flags][width][.precision][argument]verb`.

use std::iter::Peekable;
use std::str::Chars;

use crate::policy::builtins::caps::Refusal;

/// Widest field and most digits. Go has a limit of a million; a message needs
/// neither.
const MOST: usize = 1024;

/// How a value is to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)]
pub(super) struct Style {
    pub(super) plus: bool,
    pub(super) minus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

impl Style {
    /// Puts `text` into the field.
    pub(super) fn pad(&self, out: &mut String, text: &str) {
        let length = text.chars().count();
        let missing = self.width.unwrap_or(0).saturating_sub(length);
        if self.minus {
            out.push_str(text);
            out.extend(std::iter::repeat_n(' ', missing));
        } else {
            let filler = if self.zero { '0' } else { ' ' };
            out.extend(std::iter::repeat_n(filler, missing));
            out.push_str(text);
        }
    }
}

/// The characters of a format.
pub(super) type Format<'a> = Peekable<Chars<'a>>;

/// The flags behind a `%`.
pub(super) fn flags(format: &mut Format<'_>) -> Style {
    let mut style = Style::default();
    while let Some(next) = format.peek() {
        match next {
            '+' => style.plus = true,
            '-' => style.minus = true,
            '#' => style.sharp = true,
            ' ' => style.space = true,
            '0' => style.zero = true,
            _ => break,
        }
        format.next();
    }
    style
}

/// A number, if one stands here.
pub(super) fn number(format: &mut Format<'_>) -> Result<Option<usize>, Refusal> {
    let mut found: Option<usize> = None;
    while let Some(digit) = format.peek().and_then(|next| next.to_digit(10)) {
        format.next();
        let more = found.unwrap_or(0).saturating_mul(10).saturating_add(digit as usize);
        found = Some(more);
    }
    match found {
        Some(number) if number > MOST => Err(Refusal::over("a width or precision", number, MOST)),
        found => Ok(found),
    }
}

/// Go itself takes no more.
pub(super) const ABSURD: i64 = 1_000_000;

/// A width or precision that is an argument.
pub(super) fn bounded(number: i64) -> Result<usize, Refusal> {
    let size = number.unsigned_abs();
    match usize::try_from(size) {
        Ok(size) if size <= MOST => Ok(size),
        _ => Err(Refusal::over("a width or precision", size, MOST)),
    }
}

/// An explicit argument index `[n]`, from 1. `Some(None)` is one that is none.
pub(super) fn index(format: &mut Format<'_>) -> Option<Option<usize>> {
    if format.peek() != Some(&'[') {
        return None;
    }
    let mut ahead = format.clone();
    ahead.next();
    let mut inside = String::new();
    loop {
        match ahead.next() {
            Some(']') => break,
            Some(c) => inside.push(c),
            // Never closed: Go skips the bracket alone.
            None => {
                format.next();
                return Some(None);
            }
        }
    }
    *format = ahead;
    let number =
        inside.parse::<usize>().ok().filter(|_| inside.chars().all(|c| c.is_ascii_digit()));
    Some(number.filter(|number| *number > 0).map(|number| number - 1))
}
