//! The tokens of a module, as far as rewriting needs them: nothing is judged
//! here, what is no Rego is the parser's to refuse.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::policy) enum Kind {
    /// A name or a keyword.
    Name,
    Number,
    /// Quoted or raw.
    Text,
    /// An operator, a bracket, a separator.
    Sign,
}

/// A token with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::policy) struct Token<'a> {
    pub(in crate::policy) kind: Kind,
    pub(in crate::policy) text: &'a str,
    /// Byte offset.
    pub(in crate::policy) start: usize,
    /// From 1.
    pub(in crate::policy) line: u32,
    /// Whether nothing but white space stands before it on its line.
    pub(in crate::policy) first: bool,
    /// A name that is a field of what stands before it: no keyword.
    pub(in crate::policy) field: bool,
}

impl Token<'_> {
    pub(in crate::policy) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(in crate::policy) fn is(&self, sign: &str) -> bool {
        self.kind == Kind::Sign && self.text == sign
    }

    pub(in crate::policy) fn is_name(&self, name: &str) -> bool {
        self.kind == Kind::Name && !self.field && self.text == name
    }

    /// Whether it is a keyword that no reference ends with.
    pub(in crate::policy) fn is_keyword(&self) -> bool {
        self.kind == Kind::Name && !self.field && KEYWORDS.contains(&self.text)
    }
}

const KEYWORDS: [&str; 12] = [
    "as", "contains", "default", "else", "every", "if", "import", "in", "not", "package", "some",
    "with",
];
/// Signs of two characters.
const DOUBLE: [&str; 5] = [":=", "==", "!=", "<=", ">="];

/// The tokens of a text, without comments.
pub(in crate::policy) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let (mut at, mut line, mut first) = (0, 1, true);
    while let Some(next) = text[at..].chars().next() {
        let rest = &text[at..];
        let (kind, length) = match next {
            '\n' => {
                line += 1;
                first = true;
                at += 1;
                continue;
            }
            '#' => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '"' => (Kind::Text, quoted(rest)),
            '`' => (Kind::Text, rest[1..].find('`').map_or(rest.len(), |end| end + 2)),
            c if c.is_ascii_digit() => (Kind::Number, while_is(rest, numeric)),
            c if c.is_alphabetic() || c == '_' => (Kind::Name, while_is(rest, nominal)),
            c => {
                let double = DOUBLE.iter().find(|sign| rest.starts_with(**sign));
                (Kind::Sign, double.map_or(c.len_utf8(), |sign| sign.len()))
            }
        };
        let field = text[..at].ends_with('.') && kind == Kind::Name;
        let token = Token { kind, text: &rest[..length], start: at, line, first, field };
        line += u32::try_from(token.text.matches('\n').count()).unwrap_or(0);
        first = false;
        at += length;
        found.push(token);
    }
    found
}

fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            // Not closed: the parser says so.
            '\n' => return at,
            _ => {}
        }
    }
    rest.len()
}

fn while_is(rest: &str, fits: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !fits(c)).unwrap_or(rest.len())
}

fn numeric(c: char) -> bool {
    c.is_alphanumeric() || c == '.' || c == '_'
}

fn nominal(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How deep the token at `index` is in brackets, and the innermost one.
#[derive(Clone, Default)]
pub(in crate::policy) struct Brackets<'a> {
    open: Vec<&'a str>,
}

impl<'a> Brackets<'a> {
    /// Takes note of a token.
    pub(in crate::policy) fn pass(&mut self, token: &Token<'a>) {
        if token.kind != Kind::Sign {
            return;
        }
        match token.text {
            "(" | "[" | "{" => self.open.push(token.text),
            ")" | "]" | "}" => {
                self.open.pop();
            }
            _ => {}
        }
    }

    pub(in crate::policy) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(in crate::policy) fn innermost(&self) -> Option<&'a str> {
        self.open.last().copied()
    }
}
