//! Numbers as they are easy to read.

use crate::cli::bench::tally::float;

/// Three significant digits or so: a histogram knows no more.
pub(super) fn ms(value: f64) -> String {
    match value {
        value if value < 10.0 => format!("{value:.3}"),
        value if value < 100.0 => format!("{value:.2}"),
        value if value < 1000.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

/// A ratio, shorter the larger it is.
pub(super) fn times(ratio: f64) -> String {
    let places = match ratio {
        ratio if ratio < 10.0 => 2,
        ratio if ratio < 100.0 => 1,
        _ => 0,
    };
    format!("{ratio:.places$}")
}

/// A count with its thousands apart.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes in the unit that fits.
pub(super) fn bytes(count: usize) -> String {
    let mut value = float(u64::try_from(count).unwrap_or(u64::MAX));
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < 1024.0 {
            let places = usize::from(unit != "B" && value < 100.0);
            return format!("{value:.places$} {unit}");
        }
        value /= 1024.0;
    }
    format!("{value:.1} TiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 1023, 1024, 7 << 20].map(bytes), ["0 B", "1023 B", "1.0 KiB", "7.0 MiB"]);
        assert_eq!([0.412, 12.345, 123.45, 1234.5].map(ms), ["0.412", "12.35", "123.5", "1234"]);
        assert_eq!([0.5, 12.34, 1234.0].map(times), ["0.50", "12.3", "1234"]);
    }
}
