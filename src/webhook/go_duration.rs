//! Durations as Go writes them (`time.ParseDuration`), for `?timeout=`.

use std::time::Duration;

/// Reads a duration such as `5s`, `1m30s`, `1.5h` or `250ms`. Digits beyond a
/// nanosecond are cut off, as Go does.
///
/// `None` for anything that Go would refuse, for negative durations, and for
/// more than a `u64` of nanoseconds (Go: an `i64`).
#[must_use]
pub fn parse_go_duration(text: &str) -> Option<Duration> {
    let text = text.strip_prefix('+').unwrap_or(text);
    if text == "0" {
        return Some(Duration::ZERO);
    }
    if text.is_empty() {
        return None;
    }
    let (mut rest, mut total) = (text, 0_u64);
    while !rest.is_empty() {
        let (whole, after) = digits(rest);
        let (fraction, after) = after.strip_prefix('.').map_or(("", after), digits);
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        total = total.checked_add(nanoseconds(whole, fraction, unit_nanoseconds(unit)?)?)?;
        rest = after;
    }
    Some(Duration::from_nanos(total))
}

fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

fn unit_nanoseconds(unit: &str) -> Option<u64> {
    Some(match unit {
        "ns" => 1,
        // Micro sign and Greek letter: Go reads both.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

fn nanoseconds(whole: &str, fraction: &str, unit: u64) -> Option<u64> {
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
    // 15 digits resolve a nanosecond of an hour; more cannot change the result.
    let fraction = fraction.get(..fraction.len().min(15))?;
    let (mut part, mut scale) = (0_u128, 1_u128);
    for digit in fraction.bytes() {
        part = part * 10 + u128::from(digit - b'0');
        scale *= 10;
    }
    let part = u64::try_from(part * u128::from(unit) / scale).ok()?;
    whole.checked_mul(unit)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_go_writes() {
        for (text, nanoseconds) in [
            ("0", 0),
            ("+0", 0),
            ("5s", 5_000_000_000),
            ("+5s", 5_000_000_000),
            ("30s", 30_000_000_000),
            ("1m0s", 60_000_000_000),
            ("1h15m30.918273645s", 4_530_918_273_645),
            ("250ms", 250_000_000),
            ("1.5s", 1_500_000_000),
            (".5s", 500_000_000),
            ("1.s", 1_000_000_000),
            ("10us", 10_000),
            ("10\u{b5}s", 10_000),
            ("10\u{3bc}s", 10_000),
            ("7ns", 7),
            ("0.9ns", 0),
            ("0.3333333333333333333h", 1_199_999_999_999),
            ("1s1s", 2_000_000_000),
        ] {
            assert_eq!(
                parse_go_duration(text),
                Some(Duration::from_nanos(nanoseconds)),
                "{text:?}"
            );
        }
    }

    #[test]
    fn refuses_what_go_refuses_and_negative_ones() {
        for text in [
            "",
            "+",
            "-5s",
            "5",
            "s",
            ".s",
            ".",
            "5 s",
            " 5s",
            "5s ",
            "5x",
            "5S",
            "1.2.3s",
            "++5s",
            "5s-1s",
            "1e3s",
            "99999999999999999999s",
            "9999999999h",
            "\u{664}s",
            "5\u{b5}",
        ] {
            assert_eq!(parse_go_duration(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,12}") {
            let _ = parse_go_duration(&text);
        }

        #[test]
        fn whole_milliseconds_survive(millis in 0_u64..10_000_000) {
            let text = format!("{}s{}ms", millis / 1000, millis % 1000);
            prop_assert_eq!(parse_go_duration(&text), Some(Duration::from_millis(millis)));
        }
    }
}
