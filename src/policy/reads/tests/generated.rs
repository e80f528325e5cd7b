//! Programs that nobody would write, on documents that nobody would send.

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree as _;
use serde_json::{Value as Json, json};

use super::change::{KINDS, change, places};
use super::{Case, ENTRY, Policy, Seen, try_compile};

/// Writes a module, led by a list of numbers.
struct Writer<'n> {
    numbers: std::slice::Iter<'n, u8>,
    known: Vec<String>,
    body: Vec<String>,
    next: usize,
}

const HELPERS: &str = r#"
first(o) := o.a
first(o) := o.b if o.c == 1
at(o, k) := o[k]
kids(o) := [e | some e in o]
level(o) := 1 if { o.a == "a" } else := o.b if { o.b } else := 0
pair([x, y]) := x if y
kind("a", o) := o.a
kind("b", o) := o.b
"#;

impl Writer<'_> {
    fn pick(&mut self, below: usize) -> usize {
        usize::from(self.numbers.next().copied().unwrap_or_default()) % below
    }

    fn of<'t>(&mut self, options: &[&'t str]) -> &'t str {
        options[self.pick(options.len())]
    }

    fn fresh(&mut self) -> String {
        self.next += 1;
        format!("v{}", self.next)
    }

    fn literal(&mut self) -> &'static str {
        self.of(&["\"a\"", "\"x\"", "1", "null", "true", "[]", "{}", "[1]", "{\"a\": 1}"])
    }

    fn reference(&mut self) -> String {
        let mut text = match self.pick(5) {
            0 => "input.review.object".to_owned(),
            1 => self.of(&["input.review.oldObject", "r0", "r1", "r2", "input.review"]).to_owned(),
            _ if self.known.is_empty() => "input.review.object".to_owned(),
            _ => {
                let at = self.pick(self.known.len());
                self.known[at].clone()
            }
        };
        for _ in 0..self.pick(4) {
            let step = match self.pick(8) {
                7 if !self.known.is_empty() => {
                    let at = self.pick(self.known.len());
                    format!("[{}]", self.known[at])
                }
                6 => self.of(&["[0]", "[1]"]).to_owned(),
                n => [".a", ".b", ".c", ".a", "[\"b\"]", ".d", ".a"][n.min(6)].to_owned(),
            };
            text.push_str(&step);
        }
        text
    }

    fn value(&mut self) -> String {
        let (one, two) = (self.reference(), self.reference());
        match self.pick(22) {
            0 => format!("[e | some e in {one}]"),
            1 => format!("[e.a | some e in {one}]"),
            2 => format!("{{e | some e in {one}}}"),
            3 => format!("{{e.a | some e in {one}}}"),
            4 => format!("{{k: e | some k, e in {one}}}"),
            5 => format!("{{e.a: e | some e in {one}}}"),
            6 => format!("object.get({one}, \"a\", {})", self.literal()),
            7 => format!("object.get({one}, [\"a\", \"b\"], {two})"),
            8 => format!("count({one})"),
            9 => format!("array.concat({one}, {two})"),
            10 => format!("{{e | some e in {one}}} | {{e | some e in {two}}}"),
            11 => format!("{{e | some e in {one}}} - {{e | some e in {two}}}"),
            12 => format!("first({one})"),
            13 => format!("at({one}, {})", self.of(&["\"a\"", "\"b\"", "0"])),
            14 => format!("kids({one})"),
            15 => format!("level({one})"),
            16 => format!("{{{one}, {two}}}"),
            17 => format!("pair({one})"),
            18 => format!("kind({}, {one})", self.of(&["\"a\"", "\"b\""])),
            19 => format!("[{one}, {two}]"),
            20 => format!("{{\"a\": {one}, \"b\": {two}}}"),
            _ => one,
        }
    }

    fn statement(&mut self) {
        let reference = self.reference();
        let text = match self.pick(12) {
            0 => {
                let name = self.fresh();
                self.known.push(name.clone());
                format!("some {name} in {reference}")
            }
            1 => {
                let (key, name) = (self.fresh(), self.fresh());
                self.known.extend([key.clone(), name.clone()]);
                format!("some {key}, {name} in {reference}")
            }
            2 => reference,
            3 => format!("not {reference}"),
            4 => format!("{reference} {} {}", self.of(&["==", "!=", "<"]), self.literal()),
            5 => format!("{reference} {} {}", self.of(&["==", "!=", ">="]), self.reference()),
            6 => format!("{} in {reference}", self.literal()),
            7 => format!("{reference} in {}", self.of(&["{\"a\", \"x\"}", "[1, [1]]", "[[]]"])),
            8 => {
                let condition = self.of(&["e.a", "e == 1", "not e.b", "e.a != e.b"]);
                format!("every e in {reference} {{ {condition} }}")
            }
            _ => {
                let value = self.value();
                let name = self.fresh();
                self.known.push(name.clone());
                format!("{name} := {value}")
            }
        };
        self.body.push(text);
    }

    /// `head` with `X` for an expression, and a body.
    fn rule(&mut self, head: &str) -> String {
        self.known.clear();
        self.body.clear();
        for _ in 0..=self.pick(5) {
            self.statement();
        }
        let value = match self.pick(4) {
            0 => self.value(),
            1 => format!("[{}]", self.known.join(", ")),
            _ => self.known.last().cloned().unwrap_or_else(|| "1".to_owned()),
        };
        format!("{} if {{\n\t{}\n}}\n", head.replace('X', &value), self.body.join("\n\t"))
    }
}

fn module(numbers: &[u8]) -> String {
    let mut writer = Writer { numbers: numbers.iter(), known: vec![], body: vec![], next: 0 };
    let mut text = format!("package p\n{HELPERS}");
    let heads = ["violation contains X", "violation contains {\"x\": X}"];
    for head in &heads[..=writer.pick(2)] {
        text.push_str(&writer.rule(head));
    }
    // What these refer to must not refer back.
    for (name, head) in [("r0", "r0 contains X"), ("r1", "r1 := X"), ("r2", "r2[X] := X")] {
        let kind = writer.pick(3);
        let rule = if kind == 0 {
            head.replace('X', "input.review.object.a")
                .replace("r2[input.review.object.a]", "r2[e.a]")
                + if name == "r2" { " if some e in input.review.object\n" } else { "\n" }
        } else {
            plain(name, &mut writer)
        };
        text.push_str(&rule);
    }
    text
}

/// A rule that refers to no other.
fn plain(name: &str, writer: &mut Writer<'_>) -> String {
    let from =
        writer.of(&["input.review.object", "input.review.object.a", "input.review.oldObject.b"]);
    match name {
        "r0" => {
            format!("r0 contains e if some e in {from}\nr0 contains e.a if some e in {from}.b\n")
        }
        "r1" => format!(
            "default r1 := []\nr1 := {from} if {from}.a == 1\nr1 := {from}.a if {from}.b == 1\n"
        ),
        _ => format!("r2[k] := e if some k, e in {from}\n"),
    }
}

fn document() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Json::from),
        (0..3_i32).prop_map(Json::from),
        prop_oneof![Just("a"), Just("b"), Just("x")].prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            2 => prop::collection::btree_map(
                prop_oneof![Just("a"), Just("b"), Just("c"), Just("d")].prop_map(str::to_owned),
                inner,
                0..4,
            )
            .prop_map(|fields| Json::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Would catch a construct that is modelled wrongly in a combination that no
    /// policy of the corpus has.
    #[test]
    fn generated_programs_are_judged_alike(
        numbers in prop::collection::vec(any::<u8>(), 20..90),
        documents in prop::collection::vec(document(), 2..4),
        changes in prop::collection::vec((any::<Index>(), 0..KINDS), 12),
    ) {
        let text = module(&numbers);
        let Ok(program) = try_compile(&[&text], ENTRY, false) else { return Ok(()) };
        let policy = Policy::of(program);
        if policy.reads.is_err() {
            return Ok(());
        }
        let mut seen = Seen::default();
        for document in documents {
            let base = Case::of(&json!({"a": document, "b": {"a": document, "b": [document]}}));
            policy.holds_again(&base, &mut seen);
            for (place, kind) in &changes {
                let mut case = base.clone();
                let object = &mut case.request["object"];
                let all = places(object);
                if let Some(changed) = change(object, place.get(&all).as_str(), *kind) {
                    *object = changed;
                    policy.holds_again(&case, &mut seen);
                }
            }
        }
    }
}

/// The generator is worth something only if most of what it writes compiles, is
/// bounded, and says something.
#[test]
fn most_generated_programs_are_of_use() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut compiled, mut bounded, mut telling) = (0, 0, 0);
    for _ in 0..200 {
        let numbers = prop::collection::vec(any::<u8>(), 20..90);
        let numbers = numbers.new_tree(&mut runner).expect("numbers").current();
        let Ok(program) = try_compile(&[&module(&numbers)], ENTRY, false) else { continue };
        compiled += 1;
        let policy = Policy::of(program);
        if policy.reads.is_err() {
            continue;
        }
        bounded += 1;
        let piece = json!({"a": {"a": {"a": 1, "b": "a"}, "b": [1, {"a": 1}], "c": 1}, "b": 1, "c": ["a", {"a": "a"}]});
        let (result, _) =
            policy.holds(&Case::of(&json!({"a": piece, "b": {"a": piece, "b": [piece]}})));
        telling += usize::from(result.is_ok_and(|result| result != regorus::Value::new_set()));
    }
    assert!(compiled > 150 && bounded > 120 && telling > 30, "{compiled} {bounded} {telling}");
}
