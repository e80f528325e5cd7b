//! Regular expressions as Go reads them, and filters.

use proptest::prelude::*;

use crate::policy::gatekeeper::suite::{Case, Filter, FilterError, Pattern, Test};

/// Every row was tried with Go's `regexp`.
#[test]
fn expressions_mean_what_they_mean_in_go() {
    for (pattern, yes, no) in [
        (r#"labels: {"a", "b"}"#, &[r#"missing labels: {"a", "b"} here"#][..], &["labels: "][..]),
        (r"a{2}b{1,}c{0,1}", &["aab", "xaabbc"], &["ab"]),
        (r"a{,2}", &["a{,2}"], &["aa"]),
        (r"{", &["{"], &["}"]),
        (r"a{b}", &["a{b}"], &["ab"]),
        (r"x{1", &["x{1"], &["x"]),
        (r"[[]a[]]", &["[a]"], &["a"]),
        (r"[]a]b", &["]b", "ab"], &["cb"]),
        (r"[^]a]b", &["cb"], &["ab"]),
        (r"[&&a]", &["&", "a"], &["b"]),
        (r"[[:alpha:]]{3}", &["abc"], &["ab1"]),
        (r"[\d\s]x", &["1x", " x"], &["ax", "\u{0661}x"]),
        (r"^\d+$", &["12"], &["\u{0661}"]),
        (r"^[^\D]+$", &["12"], &["a"]),
        (r"\bfoo\b", &["a foo b", "\u{e9}foo\u{e9}"], &["afoo"]),
        (r"\Q[a]{1}\E+", &["[a]{1}", "[a]{1}}"], &["a"]),
        (r"\Qa.b", &["a.b"], &["axb"]),
        (r"\<none\>", &["has <none>"], &["none"]),
        (r"\/a\_b\-c", &["/a_b-c"], &["a_b"]),
        (r"(?i)denied", &["DENIED"], &["deny"]),
        (r"(?P<n>a)\z", &["ba"], &["ab"]),
        ("", &["", "anything"], &[]),
    ] {
        let compiled = Pattern::new(pattern).unwrap();
        for text in yes {
            assert!(compiled.is_found_in(text), "{pattern} in {text}");
        }
        for text in no {
            assert!(!compiled.is_found_in(text), "{pattern} not in {text}");
        }
    }
    for pattern in ["(", "a)", "[a", r"\", "*", "a{2,1}", "(?z)a"] {
        let error = Pattern::new(pattern).unwrap_err().to_string();
        assert!(error.contains("is not a regular expression: "), "{pattern}: {error}");
    }
}

#[test]
fn filters_choose_as_gator_does() {
    let case = |name: &str| Case { name: name.to_owned(), ..Case::default() };
    let test = Test {
        name: "labels".to_owned(),
        cases: vec![case("missing"), case("there")],
        ..Test::default()
    };
    let chosen = |text: &str| {
        let filter = Filter::parse(text).unwrap();
        let cases = test.cases.iter().filter(|case| filter.wants_case(&test, case));
        let names: Vec<_> = cases.map(|case| case.name.as_str()).collect();
        (filter.wants_test(&test), names)
    };
    assert_eq!(chosen(""), (true, vec!["missing", "there"]));
    assert_eq!(chosen("miss"), (true, vec!["missing"]));
    assert_eq!(chosen("^lab"), (true, vec!["missing", "there"]));
    assert_eq!(chosen("nothing"), (false, vec![]));
    assert_eq!(chosen("labels//there"), (true, vec!["there"]));
    assert_eq!(chosen("//there"), (true, vec!["there"]));
    assert_eq!(chosen("other//there"), (false, vec![]));
    assert_eq!(chosen("labels//"), (true, vec!["missing", "there"]));
    assert!(matches!(Filter::parse("a//b//c"), Err(FilterError::Parts)));
    assert!(matches!(Filter::parse("a//("), Err(FilterError::Pattern(_))));
}

proptest! {
    /// A text, quoted, is found in itself and whatever is around it.
    #[test]
    fn quoted_texts_are_found(text in "[ -~]{0,12}", around in "[a-z]{0,3}") {
        prop_assume!(!text.contains(r"\E"));
        let pattern = Pattern::new(&format!(r"\Q{text}\E")).unwrap();
        let whole = format!("{around}{text}{around}");
        prop_assert!(pattern.is_found_in(&whole));
    }

    /// No text breaks the translation.
    #[test]
    fn any_text_is_an_expression_or_an_error(text in "\\PC{0,12}") {
        drop(Pattern::new(&text));
    }
}
