//! Kubernetes quantities in exact arithmetic.

use core::cmp::Ordering;
use core::fmt;

/// An amount of a resource, exact to 10⁻⁹ of its unit. Compared by value:
/// `1Gi` equals `1024Mi`. The grammar is that of
/// `k8s.io/apimachinery/pkg/api/resource`.
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    /// Billionths of the unit.
    nanos: i128,
    /// Whether it was written with `Ki`, `Mi`, … and is printed so again.
    binary: bool,
}

/// Why a text is not a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not of the grammar.
    #[error(
        "write a number and a suffix, as in `500m`, `20` or `64Gi` (n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or an exponent as in 1e3)"
    )]
    Syntax,
    /// Beyond ±(2⁶³−1) units: Kubernetes would silently cap it.
    #[error("larger than 9223372036854775807")]
    TooLarge,
    /// Finer than 10⁻⁹: Kubernetes would silently round it up.
    #[error("finer than a billionth (1n)")]
    TooFine,
}

/// Smallest part into which a resource can be divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Whole units: bytes, objects, devices.
    Whole,
    /// Thousandths: CPU.
    Milli,
}

impl Resolution {
    /// The resolution of a resource name as ResourceQuota writes it.
    #[must_use]
    pub fn of(resource: &str) -> Self {
        match resource {
            "cpu" | "requests.cpu" | "limits.cpu" => Self::Milli,
            _ => Self::Whole,
        }
    }

    const fn nanos(self) -> i128 {
        match self {
            Self::Whole => NANOS,
            Self::Milli => NANOS / 1_000,
        }
    }
}

const NANOS: i128 = 1_000_000_000;
const MAX_NANOS: i128 = (i64::MAX as i128) * NANOS;
/// Longer texts are refused before any arithmetic.
const MAX_LENGTH: usize = 64;
const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
/// Decimal suffixes from 10⁻⁹ in steps of 10³.
const DECIMAL: [&str; 10] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];

impl Quantity {
    /// Reads a quantity.
    ///
    /// # Errors
    /// [`QuantityError`]; where Kubernetes would cap or round, this refuses.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        if text.len() > MAX_LENGTH {
            return Err(QuantityError::Syntax);
        }
        let (negative, rest) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let end = rest
            .bytes()
            .position(|byte| !byte.is_ascii_digit() && byte != b'.')
            .unwrap_or(rest.len());
        let (number, suffix) = rest.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return Err(QuantityError::Syntax);
        }
        let scale = Scale::parse(suffix)?;
        let mantissa = digits(whole, fraction)?;
        let places = i32::try_from(fraction.trim_end_matches('0').len()).unwrap_or(i32::MAX);
        let nanos = scale.apply(mantissa, places)?;
        if nanos > MAX_NANOS {
            return Err(QuantityError::TooLarge);
        }
        let nanos = if negative { -nanos } else { nanos };
        Ok(Self { nanos, binary: matches!(scale, Scale::Binary(_)) })
    }

    /// Whether it is below zero.
    #[must_use]
    pub const fn is_negative(&self) -> bool {
        self.nanos < 0
    }

    /// `weight / total` of this quantity, rounded down to what the resource can
    /// be divided into. The shares of weights that sum to `total` never sum to
    /// more than the whole. No total, or a negative quantity, gives nothing.
    #[must_use]
    pub fn share(&self, weight: u32, total: u64, resolution: Resolution) -> Self {
        if total == 0 || self.nanos <= 0 {
            return Self { nanos: 0, binary: self.binary };
        }
        let part = self.nanos * i128::from(weight) / i128::from(total);
        let step = resolution.nanos();
        Self { nanos: part - part % step, binary: self.binary }
    }
}

/// What a suffix multiplies by.
#[derive(Clone, Copy)]
enum Scale {
    /// 2 to this power.
    Binary(u32),
    /// 10 to this power.
    Decimal(i32),
}

impl Scale {
    fn parse(suffix: &str) -> Result<Self, QuantityError> {
        if let Some(step) = (1_u32..).zip(BINARY).find(|(_, name)| *name == suffix) {
            return Ok(Self::Binary(10 * step.0));
        }
        if let Some(step) = (-3_i32..).zip(DECIMAL).find(|(_, name)| *name == suffix) {
            return Ok(Self::Decimal(3 * step.0));
        }
        let exponent = suffix.strip_prefix(['e', 'E']).ok_or(QuantityError::Syntax)?;
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(QuantityError::Syntax);
        }
        exponent.parse().map(Self::Decimal).map_err(|_| QuantityError::TooLarge)
    }

    /// `mantissa` × 10^−`places` × scale, in nanos.
    fn apply(self, mantissa: i128, places: i32) -> Result<i128, QuantityError> {
        if mantissa == 0 {
            return Ok(0);
        }
        let (mantissa, power) = match self {
            Self::Binary(bits) => (
                mantissa.checked_mul(1_i128 << bits).ok_or(QuantityError::TooLarge)?,
                9_i32.saturating_sub(places),
            ),
            Self::Decimal(exponent) => {
                (mantissa, exponent.saturating_add(9).saturating_sub(places))
            }
        };
        let factor = 10_i128.checked_pow(power.unsigned_abs());
        if power >= 0 {
            factor.and_then(|f| mantissa.checked_mul(f)).ok_or(QuantityError::TooLarge)
        } else {
            factor.filter(|f| mantissa % f == 0).map(|f| mantissa / f).ok_or(QuantityError::TooFine)
        }
    }
}

/// The digits before and after the point as one number, without trailing zeros
/// after the point.
fn digits(whole: &str, fraction: &str) -> Result<i128, QuantityError> {
    whole.bytes().chain(fraction.trim_end_matches('0').bytes()).try_fold(0_i128, |sum, byte| {
        sum.checked_mul(10)
            .and_then(|sum| sum.checked_add(i128::from(byte - b'0')))
            .ok_or(QuantityError::TooLarge)
    })
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

/// The canonical form: an integer with the largest suffix that leaves it one.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nanos == 0 {
            return f.write_str("0");
        }
        if self.binary && self.nanos % NANOS == 0 {
            let (mut mantissa, mut suffix) = (self.nanos / NANOS, "");
            for name in BINARY {
                if mantissa % 1024 != 0 {
                    break;
                }
                (mantissa, suffix) = (mantissa / 1024, name);
            }
            return write!(f, "{mantissa}{suffix}");
        }
        let (mut mantissa, mut suffix) = (self.nanos, DECIMAL[0]);
        for name in &DECIMAL[1..] {
            if mantissa % 1_000 != 0 {
                break;
            }
            (mantissa, suffix) = (mantissa / 1_000, name);
        }
        write!(f, "{mantissa}{suffix}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(text: &str) -> String {
        Quantity::parse(text).unwrap().to_string()
    }

    #[test]
    fn quantities_print_canonically() {
        for (text, expected) in [
            ("0", "0"),
            ("-0", "0"),
            ("20", "20"),
            ("0.5", "500m"),
            (".5", "500m"),
            ("5.", "5"),
            ("1000m", "1"),
            ("1e3", "1k"),
            ("1E3", "1k"),
            ("1E", "1E"),
            ("12e-1", "1200m"),
            ("64Gi", "64Gi"),
            ("1024Mi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("0.1Ki", "102400m"),
            ("+3", "3"),
            ("-3k", "-3k"),
            ("500", "500"),
            ("1048576Ki", "1Gi"),
            ("0e99999", "0"),
            ("1n", "1n"),
            ("1.10", "1100m"),
        ] {
            assert_eq!(canonical(text), expected, "{text}");
        }
    }

    #[test]
    fn what_kubernetes_would_cap_round_or_refuse_is_refused() {
        use QuantityError::{Syntax, TooFine, TooLarge};
        for (text, error) in [
            ("", Syntax),
            ("m", Syntax),
            (".", Syntax),
            ("1.2.3", Syntax),
            ("1 Gi", Syntax),
            ("1gi", Syntax),
            ("1K", Syntax),
            ("--1", Syntax),
            ("1e", Syntax),
            ("1e+-3", Syntax),
            ("0x1", Syntax),
            ("١", Syntax),
            ("0.1n", TooFine),
            ("1e-10", TooFine),
            ("10E", TooLarge),
            ("8Ei", TooLarge),
            ("1e99999999999", TooLarge),
            ("9223372036854775808", TooLarge),
            ("1e-2147483648", TooFine),
        ] {
            assert_eq!(Quantity::parse(text), Err(error), "{text}");
        }
        assert!(Quantity::parse("9223372036854775807").is_ok());
        assert_eq!(Quantity::parse(&"1".repeat(65)), Err(Syntax));
    }

    #[test]
    fn shares_round_down_to_what_can_be_divided() {
        let share = |text: &str, weight, total, resource: &str| {
            Quantity::parse(text)
                .unwrap()
                .share(weight, total, Resolution::of(resource))
                .to_string()
        };
        assert_eq!(share("20", 1, 3, "requests.cpu"), "6666m");
        assert_eq!(share("20", 1, 3, "pods"), "6");
        assert_eq!(share("64Gi", 1, 4, "requests.memory"), "16Gi");
        assert_eq!(share("1", 1, 2, "services.loadbalancers"), "0");
        assert_eq!(share("1", 1, 0, "pods"), "0");
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read(whole in any::<u32>(), fraction in 0..1000_u32, scale in 0..10_usize, suffix in 0..6_usize) {
            for text in [format!("{whole}{}", DECIMAL[scale]), format!("{whole}{}", BINARY[suffix]), format!("{whole}.{fraction:03}")] {
                if let Ok(quantity) = Quantity::parse(&text) {
                    prop_assert_eq!(Quantity::parse(&quantity.to_string()), Ok(quantity));
                }
            }
        }

        #[test]
        fn any_text_is_answered(text in "[-+.0-9eEKMGimun]{0,70}") {
            let _ = Quantity::parse(&text);
        }

        #[test]
        fn order_is_that_of_numbers(a in any::<i32>(), b in any::<i32>()) {
            let quantity = |n: i32| Quantity::parse(&format!("{n}m")).unwrap();
            prop_assert_eq!(quantity(a).cmp(&quantity(b)), a.cmp(&b));
        }

        #[test]
        fn shares_never_exceed_the_whole(millis in 0..1_000_000_000_u64, weights in prop::collection::vec(0..100_u32, 1..8)) {
            let whole = Quantity::parse(&format!("{millis}m")).unwrap();
            let total = weights.iter().map(|w| u64::from(*w)).sum();
            for resolution in [Resolution::Whole, Resolution::Milli] {
                let sum: i128 = weights.iter().map(|w| whole.share(*w, total, resolution).nanos).sum();
                prop_assert!(sum <= whole.nanos);
                let lost = whole.nanos - sum;
                prop_assert!(total == 0 || lost < resolution.nanos() * (weights.len() as i128 + 1));
            }
        }
    }
}
