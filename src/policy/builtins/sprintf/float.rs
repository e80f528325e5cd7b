//! Numbers with a fraction.

use super::directive::Style;

/// Writes `number` as one of Go's verbs for floats.
pub(super) fn write(out: &mut String, number: f64, verb: char, style: Style) {
    let mut text = match verb {
        'e' | 'E' => scientific(number.abs(), style.precision.or(Some(6))),
        'f' | 'F' => format!("{:.*}", style.precision.unwrap_or(6), number.abs()),
        'x' | 'X' => hexadecimal(number.abs(), style),
        'b' => binary(number.abs()),
        _ => general(number.abs(), style),
    };
    if style.sharp && matches!(verb, 'e' | 'E' | 'f' | 'F') {
        text = with_digits(&text, 0);
    }
    if matches!(verb, 'E' | 'G' | 'X') {
        text.make_ascii_uppercase();
    }
    let sign = match number.is_sign_negative() {
        true => "-",
        false if style.plus => "+",
        false if style.space => " ",
        false => "",
    };
    if style.zero && !style.minus {
        let missing = style.width.unwrap_or(0).saturating_sub(sign.len() + text.len());
        out.push_str(sign);
        out.extend(std::iter::repeat_n('0', missing));
        out.push_str(&text);
    } else {
        style.pad(out, &format!("{sign}{text}"));
    }
}

/// Shortest digits without a precision.
fn scientific(number: f64, precision: Option<usize>) -> String {
    let text = match precision {
        Some(precision) => format!("{number:.precision$e}"),
        None => format!("{number:e}"),
    };
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

/// `%g`: with an exponent where it is large.
fn general(number: f64, style: Style) -> String {
    let shortest = style.precision.is_none();
    let precision = style.precision.map_or(17, |precision| precision.max(1));
    let digits =
        if shortest { format!("{number:e}") } else { format!("{number:.*e}", precision - 1) };
    let (mantissa, exponent) = digits.split_once('e').unwrap_or((&digits, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let significant = mantissa.trim_end_matches('0').chars().filter(char::is_ascii_digit).count();
    // Where the digits reach beyond the point, they decide.
    let places = usize::try_from(exponent + 1).unwrap_or(0);
    let most = match shortest {
        true => 6,
        false if precision > significant && significant >= places => significant,
        false => precision,
    };
    let large = exponent < -4 || exponent >= i32::try_from(most).unwrap_or(i32::MAX);
    let keep = style.sharp;
    let text = if large {
        let precision = mantissa.chars().filter(char::is_ascii_digit).count() - 1;
        let text = scientific(number, Some(precision));
        if keep || shortest { text } else { trimmed_exponent(&text) }
    } else if shortest {
        format!("{number}")
    } else {
        let after = i32::try_from(precision).unwrap_or(i32::MAX) - 1 - exponent;
        let text = format!("{number:.*}", usize::try_from(after).unwrap_or(0));
        if keep || !text.contains('.') {
            text
        } else {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    };
    if keep { with_digits(&text, style.precision.map_or(6, |digits| digits.max(1))) } else { text }
}

fn trimmed_exponent(text: &str) -> String {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "+00"));
    let mantissa = if mantissa.contains('.') {
        mantissa.trim_end_matches('0').trim_end_matches('.')
    } else {
        mantissa
    };
    format!("{mantissa}e{exponent}")
}

/// `#` keeps the point and fills up to `least` digits.
fn with_digits(text: &str, least: usize) -> String {
    let (mantissa, exponent) = match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, format!("e{exponent}")),
        None => (text, String::new()),
    };
    let digits = mantissa.trim_start_matches(['0', '.']).chars().filter(char::is_ascii_digit);
    let missing = least.saturating_sub(digits.count());
    let point = if mantissa.contains('.') { "" } else { "." };
    format!("{mantissa}{point}{}{exponent}", "0".repeat(missing))
}

/// `%x`: a hexadecimal mantissa and a binary exponent.
fn hexadecimal(number: f64, style: Style) -> String {
    let precision = style.precision;
    let (mut mantissa, mut exponent) = parts(number);
    if mantissa == 0 {
        exponent = 0;
    } else {
        // One bit before the point.
        let shift = mantissa.leading_zeros();
        mantissa <<= shift;
        exponent += 63 - i32::try_from(shift).unwrap_or(0);
    }
    if let Some(places) = precision.filter(|places| *places < 15) {
        let drop = 63 - 4 * u32::try_from(places).unwrap_or(0);
        let half = 1u64 << (drop - 1);
        let rest = mantissa & ((1 << drop) - 1);
        mantissa -= rest;
        if rest > half || (rest == half && (mantissa >> drop) & 1 == 1) {
            match mantissa.checked_add(1 << drop) {
                Some(sum) => mantissa = sum,
                None => {
                    mantissa = 1 << 63;
                    exponent += 1;
                }
            }
        }
    }
    let fraction = format!("{:016x}", mantissa << 1);
    let fraction = match precision {
        Some(places) => format!("{fraction:0<places$}")[..places].to_owned(),
        None => fraction.trim_end_matches('0').to_owned(),
    };
    let point = if fraction.is_empty() && !style.sharp { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("0x{}{point}{fraction}p{sign}{:02}", mantissa >> 63, exponent.abs())
}

/// `%b`: mantissa and exponent of two.
fn binary(number: f64) -> String {
    let (mantissa, exponent) = parts(number);
    format!("{mantissa}p{exponent:+}")
}

/// Mantissa and exponent, so that the number is mantissa times 2 to the exponent.
fn parts(number: f64) -> (u64, i32) {
    let bits = number.to_bits();
    let stored = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
    let fraction = bits & ((1 << 52) - 1);
    if stored == 0 { (fraction, -1074) } else { (fraction | (1 << 52), stored - 1075) }
}
