//! Values as Go's arguments.

use regorus::Value;

use super::directive::Style;
use super::integer::Integer;
use super::{float, quote, term};

/// An argument, by its Go type.
pub(super) enum Argument {
    /// `int64`, or `*big.Int` beyond.
    Integer(Integer),
    /// `float64`.
    Float(f64),
    /// `string`.
    Text(String),
}

impl Argument {
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text.to_string()),
            Value::Number(number) => {
                // A float beyond 64 bits stays one, also without a fraction.
                let whole = number.as_i64().is_some() || number.as_big().is_some();
                match Integer::of(number.as_i64(), || value.to_string()) {
                    Some(integer) if whole => Self::Integer(integer),
                    _ => number.as_f64().map_or_else(|| Self::Text(value.to_string()), Self::Float),
                }
            }
            other => Self::Text(term(other)),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Integer(integer) => integer.kind(),
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
        }
    }

    /// `type=value`, for what does not fit.
    pub(super) fn described(&self, out: &mut String, style: Style) {
        out.push_str(self.kind());
        out.push('=');
        self.plain(out, style);
    }

    /// As `%v` writes it.
    fn plain(&self, out: &mut String, style: Style) {
        match self {
            Self::Integer(integer) => integer.write(out, 'd', style),
            Self::Float(number) => float::write(out, *number, 'v', style),
            Self::Text(text) => write_text(out, text, style),
        }
    }

    /// As `%v` with flags writes it, with `#` in Go's own syntax.
    fn verbose(&self, out: &mut String, style: Style) {
        let bare = Style { sharp: false, plus: false, ..style };
        match self {
            Self::Text(text) if style.sharp => write_quoted(out, text, bare),
            _ => self.plain(out, bare),
        }
    }

    pub(super) fn write(&self, out: &mut String, verb: char, style: Style) {
        match (self, verb) {
            (_, 'T') => write_text(out, self.kind(), style),
            // There, `+` and `#` mean more names, not signs.
            (_, 'v') => self.verbose(out, style),
            (Self::Integer(integer), _) if integer.takes(verb) => integer.write(out, verb, style),
            (Self::Float(number), 'b' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'x' | 'X') => {
                float::write(out, *number, verb, style);
            }
            (Self::Text(text), 's') => write_text(out, text, style),
            (Self::Text(text), 'q') => write_quoted(out, text, style),
            (Self::Text(text), 'x' | 'X') => write_bytes(out, text, verb == 'X', style),
            _ => {
                out.push_str("%!");
                out.push(verb);
                out.push('(');
                if verb == 'w' {
                    // Only errors can be wrapped; else it is taken for `%v`.
                    out.push_str(self.kind());
                    out.push('=');
                    self.verbose(out, style);
                } else {
                    self.described(out, style);
                }
                out.push(')');
            }
        }
    }

    /// As a width or precision.
    pub(super) fn as_number(&self) -> Option<i64> {
        match self {
            Self::Integer(integer) => integer.small(),
            _ => None,
        }
    }
}

fn write_text(out: &mut String, text: &str, style: Style) {
    style.pad(out, truncated(text, style.precision));
}

/// The first `most` characters.
fn truncated(text: &str, most: Option<usize>) -> &str {
    let cut = most.and_then(|most| text.char_indices().nth(most));
    cut.map_or(text, |(at, _)| &text[..at])
}

fn write_quoted(out: &mut String, text: &str, style: Style) {
    let text = truncated(text, style.precision);
    if style.sharp && quote::fits_backquotes(text) {
        return style.pad(out, &format!("`{text}`"));
    }
    let escape = if style.plus { quote::Escape::All } else { quote::Escape::Some };
    style.pad(out, &quote::quoted(text, escape));
}

fn write_bytes(out: &mut String, text: &str, upper: bool, style: Style) {
    let most = style.precision.unwrap_or(text.len()).min(text.len());
    let mut hex = String::new();
    for (at, byte) in text.as_bytes()[..most].iter().enumerate() {
        if style.space && at > 0 {
            hex.push(' ');
        }
        if style.sharp && (style.space || at == 0) {
            hex.push_str(if upper { "0X" } else { "0x" });
        }
        hex.push_str(&if upper { format!("{byte:02X}") } else { format!("{byte:02x}") });
    }
    style.pad(out, &hex);
}
