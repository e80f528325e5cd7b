//! Printing: formats, colours only on a terminal.

use std::io::{IsTerminal as _, Write as _};

use clap::ValueEnum;
use serde_json::Value;

/// Format of a command's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
    /// YAML documents.
    Yaml,
}

/// Colours of a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Paint {
    Good,
    Bad,
    Notice,
    Faint,
    Strong,
}

/// Whether standard output shows colours.
pub(super) fn colours() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Paints a text when standard output is a terminal.
pub(super) fn paint(text: &str, paint: Paint) -> String {
    if !colours() {
        return text.to_owned();
    }
    let code = match paint {
        Paint::Good => "32",
        Paint::Bad => "1;31",
        Paint::Notice => "33",
        Paint::Faint => "2",
        Paint::Strong => "1",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// Writes a text to standard output as it is.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Writes objects as YAML documents or JSON lines.
pub(super) fn print_objects(objects: &[Value], format: Format) -> anyhow::Result<()> {
    match format {
        Format::Json => {
            for object in objects {
                print(&format!("{object}\n"))?;
            }
            Ok(())
        }
        Format::Yaml | Format::Text => print(&crate::rules::to_yaml(objects)),
    }
}

/// Whether the reader went away, as `head` does: not an error of ours.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Breaks a text into lines of at most `width` columns, each indented.
pub(super) fn wrap(text: &str, indent: usize, width: usize) -> String {
    let pad = " ".repeat(indent);
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let mut line = pad.clone();
        for word in paragraph.split_whitespace() {
            let fits = line.chars().count() + word.chars().count() < width;
            if !fits && line.trim().len() > 1 {
                lines.push(std::mem::replace(&mut line, pad.clone()));
            }
            if line.len() > indent {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// Wraps with all lines but the first indented further; each line is ended.
pub(super) fn hanging(text: &str, indent: usize, further: usize, width: usize) -> String {
    let mut out = " ".repeat(indent);
    for piece in text.split_inclusive(char::is_whitespace) {
        let used = out.lines().last().map_or(0, |line| line.chars().count());
        if used + piece.trim_end().chars().count() > width && used > indent + further {
            out.truncate(out.trim_end().len());
            out.push('\n');
            out.push_str(&" ".repeat(indent + further));
        }
        out.push_str(piece);
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_wrapped_and_indented() {
        let wrapped = wrap("one two three four", 2, 10);
        assert_eq!(wrapped, "  one two\n  three\n  four");
    }

    #[test]
    fn further_lines_hang() {
        assert_eq!(hanging("a   bc de", 2, 4, 8), "  a   bc\n      de\n");
        assert_eq!(hanging("", 2, 4, 8), "\n");
    }
}
