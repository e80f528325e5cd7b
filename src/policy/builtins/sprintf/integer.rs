//! Integers.

use super::directive::Style;
use super::quote;

/// An integer with its decimal digits, without sign.
pub(super) struct Integer {
    negative: bool,
    digits: String,
    small: Option<i64>,
}

impl Integer {
    pub(super) fn of(small: Option<i64>, text: impl FnOnce() -> String) -> Option<Self> {
        let text = small.map_or_else(text, |small| small.to_string());
        let digits = text.strip_prefix('-').unwrap_or(&text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Self { negative: text.starts_with('-'), digits: digits.to_owned(), small })
    }

    pub(super) fn kind(&self) -> &'static str {
        if self.small.is_some() { "int64" } else { "*big.Int" }
    }

    pub(super) fn small(&self) -> Option<i64> {
        self.small
    }

    pub(super) fn takes(&self, verb: char) -> bool {
        match verb {
            'b' | 'd' | 'o' | 'x' | 'X' => true,
            's' => self.small.is_none(),
            'c' | 'O' | 'q' | 'U' => self.small.is_some(),
            _ => false,
        }
    }

    pub(super) fn write(&self, out: &mut String, verb: char, style: Style) {
        match (verb, self.small) {
            ('c', Some(code)) => style.pad(out, &rune(code).to_string()),
            ('q', Some(code)) => {
                let escape = if style.plus { quote::Escape::All } else { quote::Escape::Some };
                style.pad(out, &quote::quoted_rune(rune(code), escape));
            }
            ('U', Some(code)) => style.pad(out, &unicode(code, style)),
            _ => self.number(out, verb, style),
        }
    }

    fn number(&self, out: &mut String, verb: char, style: Style) {
        let base = match verb {
            'b' => 2,
            'o' | 'O' => 8,
            'x' | 'X' => 16,
            _ => 10,
        };
        let mut digits = in_base(&self.digits, base);
        if verb == 'X' {
            digits.make_ascii_uppercase();
        }
        let sign = match self {
            Self { negative: true, .. } => "-",
            _ if style.plus => "+",
            _ if style.space => " ",
            _ => "",
        };
        if style.precision == Some(0) && digits == "0" {
            // Go writes nothing, but keeps the field.
            return Style { zero: false, ..style }.pad(out, "");
        }
        let least = match (style.precision, style.width) {
            (Some(precision), _) => precision,
            (None, Some(width)) if style.zero && !style.minus => width.saturating_sub(sign.len()),
            _ => 0,
        };
        let mut number = String::from(sign);
        number.push_str(match verb {
            'b' if style.sharp => "0b",
            'x' if style.sharp => "0x",
            'X' if style.sharp => "0X",
            'o' if style.sharp && !digits.starts_with('0') => "0",
            'O' => "0o",
            _ => "",
        });
        number.extend(std::iter::repeat_n('0', least.saturating_sub(digits.len())));
        number.push_str(&digits);
        Style { zero: false, ..style }.pad(out, &number);
    }
}

/// Decimal digits in another base.
fn in_base(decimal: &str, base: u32) -> String {
    if base == 10 {
        return decimal.to_owned();
    }
    // Long division by the base; a number has at most a few thousand digits.
    let mut rest: Vec<u32> = decimal.bytes().map(|byte| u32::from(byte - b'0')).collect();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let mut carry = 0;
        let mut next = Vec::with_capacity(rest.len());
        for digit in rest {
            carry = carry * 10 + digit;
            let quotient = carry / base;
            carry %= base;
            if !next.is_empty() || quotient > 0 {
                next.push(quotient);
            }
        }
        found.push(char::from_digit(carry, base).unwrap_or('0'));
        rest = next;
    }
    found.into_iter().rev().collect()
}

fn rune(code: i64) -> char {
    u32::try_from(code).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn unicode(code: i64, style: Style) -> String {
    let digits = style.precision.unwrap_or(4).max(4);
    let mut text = format!("U+{code:0digits$X}");
    if style.sharp
        && let Some(c) = u32::try_from(code).ok().and_then(char::from_u32)
        && quote::printable(c)
    {
        text.push_str(&format!(" '{c}'"));
    }
    text
}
