//! Which objects the Rego of a template looks up in `data.inventory`.

use std::collections::BTreeSet;

/// A look-up of objects of one kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reference {
    /// Below `data.inventory.cluster`.
    pub(super) cluster: bool,
    /// The kind.
    pub(super) kind: String,
    /// Group and version, where the Rego names them.
    pub(super) group_version: Option<String>,
}

/// What is looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct References {
    /// The look-ups whose kind can be seen.
    pub(super) known: BTreeSet<Reference>,
    /// How many there are whose kind cannot: it is a variable, or a part of the
    /// inventory is handed on.
    pub(super) open: usize,
    /// The Rego reads `input.review.namespaceObject`.
    pub(super) namespace_object: bool,
    /// The Rego calls `external_data`.
    pub(super) external_data: bool,
}

/// Reads the look-ups of a module from its text. References cannot be hidden
/// behind an import: Gatekeeper lets templates import libraries only.
pub(super) fn of(text: &str, references: &mut References) {
    let tokens = tokens(text);
    for (at, token) in tokens.iter().enumerate() {
        let is_field = at > 0 && tokens[at - 1] == Token::Sign('.');
        match token {
            Token::Word("external_data") if !is_field => references.external_data = true,
            Token::Word("namespaceObject") | Token::Text("namespaceObject") => {
                references.namespace_object = true;
            }
            Token::Word("data") if !is_field => {
                let path = path(&tokens[at + 1..]);
                if path.first() == Some(&Some("inventory")) {
                    references.add(&path[1..]);
                }
            }
            _ => {}
        }
    }
}

impl References {
    /// Adds what stands after `data.inventory`. A negated or counted inventory
    /// as a whole asks for no kind.
    fn add(&mut self, path: &[Option<&str>]) {
        let (cluster, group_version, kind) = match path {
            [Some("namespace"), _, group_version, Some(kind), ..] => (false, group_version, kind),
            [Some("cluster"), group_version, Some(kind), ..] => (true, group_version, kind),
            _ => {
                self.open += 1;
                return;
            }
        };
        self.known.insert(Reference {
            cluster,
            kind: (*kind).to_owned(),
            group_version: group_version.map(str::to_owned),
        });
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    /// A string without its quotes; escapes stay as they are.
    Text(&'a str),
    Sign(char),
}

/// Words, strings and signs of a Rego module; comments are left out.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => {
                let end = string_end(rest);
                tokens.push(Token::Text(&rest[1..end.max(1)]));
                (end + 1).min(rest.len())
            }
            '`' => {
                let end = rest[1..].find('`').map_or(rest.len(), |end| end + 1);
                tokens.push(Token::Text(&rest[1..end]));
                (end + 1).min(rest.len())
            }
            c if c.is_alphanumeric() || c == '_' => {
                let is_part = |c: char| c.is_alphanumeric() || c == '_';
                let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                tokens.push(Token::Word(&rest[..end]));
                end
            }
            c if c.is_whitespace() => c.len_utf8(),
            c => {
                tokens.push(Token::Sign(c));
                c.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    tokens
}

/// Where the closing quote of the string at the start of `text` is.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// The steps of a reference after its head: names where they are written out.
fn path<'a>(mut tokens: &[Token<'a>]) -> Vec<Option<&'a str>> {
    let mut path = Vec::new();
    loop {
        match tokens {
            [Token::Sign('.'), Token::Word(name), rest @ ..]
            | [Token::Sign('['), Token::Text(name), Token::Sign(']'), rest @ ..] => {
                path.push(Some(*name));
                tokens = rest;
            }
            [Token::Sign('['), rest @ ..] => {
                path.push(None);
                tokens = after_bracket(rest);
            }
            _ => return path,
        }
    }
}

/// What follows the bracket that closes the one just opened.
fn after_bracket<'t, 'a>(tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    let mut depth = 1;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('[') => depth += 1,
            Token::Sign(']') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &tokens[at + 1..];
        }
    }
    &[]
}
