//! Finds the line of a field in a YAML text, for messages to people.

/// Lines from the start of `text` (0-based) to the field named by a path such
/// as `spec.containers[1].image`; the closest parent that can be found, else 0.
/// Block style is followed; inside flow style the line of the flow is given.
pub(super) fn line_of(text: &str, field: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let (mut from, mut best, mut indent) = (0, 0, 0);
    for step in steps(field) {
        let found = match step {
            Step::Key(key) => find_key(&lines, from, indent, &key),
            Step::Index(index) => find_item(&lines, from, indent, index),
        };
        let Some((line, inner)) = found else { break };
        best = line;
        match step_kind(&lines, line, inner) {
            Some((next_from, next_indent)) => (from, indent) = (next_from, next_indent),
            None => break,
        }
    }
    best
}

enum Step {
    Key(String),
    Index(usize),
}

/// `a.b[0].c[x/y]` as keys and indices; a bracket that holds no number is a key.
fn steps(field: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = field;
    while !rest.is_empty() {
        if let Some(bracketed) = rest.strip_prefix('[') {
            let (inside, after) = bracketed.split_once(']').unwrap_or((bracketed, ""));
            steps.push(inside.parse().map_or_else(|_| Step::Key(inside.to_owned()), Step::Index));
            rest = after;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            if end > 0 {
                steps.push(Step::Key(rest[..end].to_owned()));
            }
            rest = &rest[end..];
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    steps
}

/// Column where the content of a line begins, and the content.
fn content(line: &str) -> Option<(usize, &str)> {
    let trimmed = line.trim_start();
    (!trimmed.is_empty() && !trimmed.starts_with('#'))
        .then(|| (line.len() - trimmed.len(), trimmed))
}

/// A line and the column at which its own content begins, list dashes skipped
/// up to `indent`.
fn find_key(lines: &[&str], from: usize, indent: usize, key: &str) -> Option<(usize, usize)> {
    for (index, line) in lines.iter().enumerate().skip(from) {
        let Some((mut column, mut text)) = content(line) else { continue };
        while column < indent && text.starts_with("- ") {
            let inner = text[1..].trim_start();
            column += text.len() - inner.len();
            text = inner;
        }
        if column < indent {
            return None;
        }
        let name = text.split(':').next().unwrap_or_default().trim_matches(['"', '\'']);
        let keyed = text.contains(':') && name == key;
        if column == indent && keyed {
            return Some((index, column));
        }
    }
    None
}

fn find_item(lines: &[&str], from: usize, indent: usize, wanted: usize) -> Option<(usize, usize)> {
    let mut seen = 0;
    for (index, line) in lines.iter().enumerate().skip(from) {
        let Some((column, text)) = content(line) else { continue };
        if column < indent || (column == indent && !text.starts_with('-')) {
            return None;
        }
        if column == indent && text.starts_with('-') {
            if seen == wanted {
                return Some((index, column));
            }
            seen += 1;
        }
    }
    None
}

/// Where the children of the found line begin, and at which column.
fn step_kind(lines: &[&str], line: usize, column: usize) -> Option<(usize, usize)> {
    let text = lines.get(line)?.get(column..)?;
    if let Some(item) = text.strip_prefix('-') {
        let inner = item.trim_start();
        if !inner.is_empty() {
            return Some((line, column + text.len() - inner.len()));
        }
    }
    let next = lines
        .iter()
        .enumerate()
        .skip(line + 1)
        .find_map(|(index, line)| content(line).map(|(inner, text)| (index, inner, text)))?;
    let (index, inner, text) = next;
    (inner > column || (inner == column && text.starts_with('-'))).then_some((index, inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    a/b: c\nspec:\n  containers:\n  - name: a\n    image: x\n  - name: b\n    securityContext:\n      privileged: true\n  volumes:\n    - name: v\n      hostPath: {path: /}\n";

    #[test]
    fn fields_are_found_in_block_style() {
        for (field, line) in [
            ("kind", 1),
            ("metadata.labels[a/b]", 4),
            ("spec.containers[0].name", 7),
            ("spec.containers[0].image", 8),
            ("spec.containers[1].securityContext.privileged", 11),
            ("spec.volumes[0].hostPath", 14),
        ] {
            assert_eq!(line_of(POD, field), line, "{field}");
        }
    }

    #[test]
    fn what_is_not_there_falls_back_to_its_parent() {
        assert_eq!(line_of(POD, "spec.containers[1].resources.limits"), 9);
        assert_eq!(line_of(POD, "spec.volumes[0].hostPath.path"), 14);
        assert_eq!(line_of(POD, "nothing.here"), 0);
        assert_eq!(line_of("", "a.b"), 0);
    }
}
