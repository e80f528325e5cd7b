//! The walk over a format.

use regorus::Value;

use super::argument::Argument;
use super::directive::{ABSURD, Format, Style, bounded, flags, index, number};
use crate::policy::builtins::call::{Failure, Outcome, charge, text};
use crate::policy::builtins::caps::{self, Refusal, TEXT};

/// `sprintf(format, arguments)`.
pub(in crate::policy::builtins) fn sprintf(args: &[Value]) -> Outcome {
    let [Value::String(format), Value::Array(values)] = args else {
        return Err(Failure::Failed("expects a string and an array".to_owned()));
    };
    let arguments = values.as_slice();
    // What composite arguments become is as long as they are deep.
    charge(caps::deep(arguments)?)?;
    let mut writer = Writer {
        out: String::with_capacity(format.len() * 2),
        arguments,
        next: 0,
        reordered: false,
        bad_index: false,
    };
    let mut rest = format.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '%' {
            writer.directive(&mut rest)?;
        } else {
            writer.out.push(c);
        }
        if writer.out.len() > TEXT {
            return Err(Refusal::over("a text", writer.out.len(), TEXT).into());
        }
    }
    writer.extra();
    Ok(text(writer.out))
}

struct Writer<'a> {
    out: String,
    arguments: &'a [Value],
    /// The argument that comes next.
    next: usize,
    /// An argument was named by its index: then nothing is extra.
    reordered: bool,
    bad_index: bool,
}

impl Writer<'_> {
    fn directive(&mut self, format: &mut Format<'_>) -> Result<(), Refusal> {
        self.bad_index = false;
        let mut style = flags(format);
        let mut indexed = self.index(format);
        if format.next_if_eq(&'*').is_some() {
            match self.starred() {
                Some(width) => {
                    style.width = Some(bounded(width)?);
                    // A negative width stands left.
                    style.minus |= width < 0;
                }
                None => self.out.push_str("%!(BADWIDTH)"),
            }
            indexed = false;
        } else if let Some(width) = number(format)? {
            style.width = Some(width);
            // An index belongs before a star or the verb.
            self.bad_index |= indexed;
        }
        if format.next_if_eq(&'.').is_some() {
            self.bad_index |= indexed;
            indexed = self.index(format);
            if format.next_if_eq(&'*').is_some() {
                match self.starred().filter(|precision| *precision >= 0) {
                    Some(precision) => style.precision = Some(bounded(precision)?),
                    None => self.out.push_str("%!(BADPREC)"),
                }
                indexed = false;
            } else {
                style.precision = Some(number(format)?.unwrap_or(0));
            }
        }
        if !indexed {
            self.index(format);
        }
        self.verb(format, style);
        Ok(())
    }

    fn verb(&mut self, format: &mut Format<'_>, style: Style) {
        let Some(verb) = format.next() else {
            return self.out.push_str("%!(NOVERB)");
        };
        if verb == '%' {
            return self.out.push('%');
        }
        if self.bad_index {
            self.out.push_str(&format!("%!{verb}(BADINDEX)"));
            return;
        }
        let Some(value) = self.arguments.get(self.next) else {
            self.out.push_str(&format!("%!{verb}(MISSING)"));
            return;
        };
        self.next += 1;
        Argument::of(value).write(&mut self.out, verb, style);
    }

    /// Takes an index, if one stands here.
    fn index(&mut self, format: &mut Format<'_>) -> bool {
        match index(format) {
            None => false,
            Some(found) => {
                self.reordered = true;
                let found = found.filter(|index| *index < self.arguments.len());
                match found {
                    Some(index) => self.next = index,
                    None => self.bad_index = true,
                }
                found.is_some()
            }
        }
    }

    /// An argument that is a width or precision.
    fn starred(&mut self) -> Option<i64> {
        let value = self.arguments.get(self.next)?;
        self.next += 1;
        Argument::of(value)
            .as_number()
            .filter(|number| number.unsigned_abs() <= ABSURD.unsigned_abs())
    }

    fn extra(&mut self) {
        if self.reordered || self.next >= self.arguments.len() {
            return;
        }
        self.out.push_str("%!(EXTRA ");
        for (index, value) in self.arguments[self.next..].iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            Argument::of(value).described(&mut self.out, Style::default());
        }
        self.out.push(')');
    }
}
