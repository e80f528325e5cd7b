//! The report, and what belongs to one number of connections.

use std::fmt::Write as _;

use crate::cli::bench::measure::{Row, Section};
use crate::cli::bench::report::Report;
use crate::cli::bench::thresholds::Judged;
use crate::cli::output::{Paint, paint};

use super::details::{costs, details, errors, said};
use super::head::head;
use super::tables::{HEADING, by_review, comparison, table_row, wanted};

/// The whole report.
pub(in crate::cli::bench) fn text(report: &Report<'_>) -> String {
    let mut out = head(report);
    for (section, judged) in report.sections.iter().zip(&report.judged) {
        out.push('\n');
        out.push_str(&one(report, section, judged));
    }
    if report.interrupted {
        out.push_str(&paint("\ninterrupted: these are the figures so far\n", Paint::Notice));
    }
    out
}

fn one(report: &Report<'_>, section: &Section, judged: &[Vec<Judged>]) -> String {
    let plural = if section.connections == 1 { "" } else { "s" };
    let mut out = format!(
        "{}\n{}\n",
        paint(&format!("{} connection{plural}", section.connections), Paint::Strong),
        paint(HEADING, Paint::Faint)
    );
    let rows = section.rows();
    let labelled = |rows: &[Row], side: &str| -> String {
        rows.iter().map(|row| table_row(side, row)).collect()
    };
    let side = if section.baseline.is_empty() { "" } else { "target" };
    out.push_str(&labelled(&rows, side));
    out.push_str(&labelled(&section.baseline_rows(), "baseline"));
    for row in &rows {
        if rows.len() > 1 {
            let _ = writeln!(out, "  {}", paint(&format!("at {}", wanted(row)), Paint::Strong));
        }
        out.push_str(&details(report.corpus, row));
    }
    for row in section.baseline_rows().iter().filter(|row| row.tally.errors() > 0) {
        out.push_str(&said("baseline", &errors(&row.tally)));
    }
    out.push_str(&costs(section, &rows));
    out.push_str(&comparison(section));
    if report.bench.report.by_review {
        for row in &rows {
            out.push_str(&by_review(report.corpus, row));
        }
    }
    for (row, judged) in rows.iter().zip(judged) {
        out.push_str(&thresholds(row, judged, rows.len() > 1));
    }
    out
}

fn thresholds(row: &Row, judged: &[Judged], named: bool) -> String {
    let mut out = String::new();
    for one in judged {
        let (word, colour) = if one.met { ("met", Paint::Good) } else { ("MISSED", Paint::Bad) };
        let at = if named { format!(" at {}", wanted(row)) } else { String::new() };
        let text = format!("{}{at}: {}", one.threshold, one.measured);
        out.push_str(&paint(said(word, &text).trim_end_matches('\n'), colour));
        out.push('\n');
    }
    out
}
