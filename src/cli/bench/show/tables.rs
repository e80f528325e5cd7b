//! The tables.

use std::fmt::Write as _;

use crate::cli::bench::compare::Spread;
use crate::cli::bench::corpus::Corpus;
use crate::cli::bench::latencies::Quantiles;
use crate::cli::bench::measure::{Row, Section};
use crate::cli::bench::report::compared;
use crate::cli::output::{Paint, paint};

use super::numbers::{bytes, grouped, ms, times};

/// Above [`table_row`]s.
pub(super) const HEADING: &str = "            wanted/s  answers/s   p50 ms   p90 ms   p99 ms  p99.9 ms   max ms   answers   errors";

/// The rate of a row.
pub(super) fn wanted(row: &Row) -> String {
    row.wanted.map_or_else(|| "max".to_owned(), |rate| format!("{rate}/s"))
}

/// One run in figures.
pub(super) fn table_row(side: &str, row: &Row) -> String {
    let (tally, quantiles) = (&row.tally, row.tally.latency.quantiles());
    let Quantiles { p50, p90, p99, p999, max, .. } = quantiles;
    let errors = format!("{:>9}", grouped(tally.errors()));
    let colour = if tally.errors() > 0 { Paint::Bad } else { Paint::Good };
    format!(
        "  {side:<8}{:>10}{:>11.1}{:>9}{:>9}{:>9}{:>10}{:>9}{:>10}{}\n",
        row.wanted.map_or_else(|| "max".to_owned(), |rate| rate.to_string()),
        tally.rate(),
        ms(p50),
        ms(p90),
        ms(p99),
        ms(p999),
        ms(max),
        grouped(tally.answered),
        paint(&errors, colour)
    )
}

/// Both sides, measure by measure; nothing without a baseline.
pub(super) fn comparison(section: &Section) -> String {
    let compared = compared(section);
    if compared.is_empty() {
        return String::new();
    }
    let blocks = section.target.len().min(section.baseline.len());
    let mut out = format!(
        "  {}\n",
        paint(
            &format!(
                "{:<22}{:<27}{:<27}ratio",
                format!("median of {blocks} (ends)"),
                "target",
                "baseline"
            ),
            Paint::Faint
        )
    );
    let spread = |spread: &Spread| {
        format!("{} ({} to {})", ms(spread.median), ms(spread.least), ms(spread.most))
    };
    for one in &compared {
        let ratio = one.ratio.map_or_else(
            || "-".to_owned(),
            |ratio| {
                let Spread { median, least, most } = ratio;
                format!("{} ({} to {})", times(median), times(least), times(most))
            },
        );
        let _ = writeln!(
            out,
            "  {:<22}{:<27}{:<27}{ratio}",
            one.measure,
            spread(&one.target),
            spread(&one.baseline)
        );
    }
    out
}

/// Every review by itself.
pub(super) fn by_review(corpus: &Corpus, row: &Row) -> String {
    let mut out = format!(
        "  {}\n",
        paint(
            &format!(
                "{:<44}{:>10}{:>9}{:>9}{:>9}{:>9}",
                "review", "bytes", "started", "errors", "p50 ms", "p99 ms"
            ),
            Paint::Faint
        )
    );
    for (review, seen) in corpus.reviews().iter().zip(&row.tally.reviews) {
        let quantiles = seen.latency.quantiles();
        let name: String = review.name.chars().take(43).collect();
        let _ = writeln!(
            out,
            "  {name:<44}{:>10}{:>9}{:>9}{:>9}{:>9}",
            bytes(review.len()),
            grouped(seen.started),
            grouped(seen.faults),
            ms(quantiles.p50),
            ms(quantiles.p99)
        );
    }
    out
}
