//! One run in words.

use std::fmt::Write as _;

use crate::cli::bench::corpus::Corpus;
use crate::cli::bench::measure::{Row, Section};
use crate::cli::bench::report::{micros, name, total_used};
use crate::cli::bench::tally::Tally;
use crate::cli::output::{Paint, hanging, paint};

use super::numbers::{bytes, grouped, ms};
use super::{INDENT, WIDTH};

/// A line with what it is about.
pub(super) fn said(what: &str, text: &str) -> String {
    hanging(&format!("{what:<11}{text}"), INDENT, 11, WIDTH)
}

/// What came of one stage, or of all blocks.
pub(super) fn details(corpus: &Corpus, row: &Row) -> String {
    let tally = &row.tally;
    let mut out = said("verdicts", &verdicts(tally));
    if tally.errors() > 0 {
        out.push_str(&paint(&said("errors", &errors(tally)), Paint::Bad));
    }
    for sample in &tally.samples {
        let review = sample.review.and_then(|index| name(corpus, index)).unwrap_or("a review");
        let text = format!("{review}: {}: {}", sample.fault.name(), shortened(&sample.detail));
        out.push_str(&hanging(&text, INDENT + 11, 2, WIDTH));
    }
    // A closed loop starts whenever it can.
    if row.wanted.is_some() {
        out.push_str(&said("starts", &starts(tally)));
    }
    let service = tally.service.quantiles();
    let mut times =
        format!("p50 {} ms, p99 {} ms from the start itself", ms(service.p50), ms(service.p99));
    if tally.handshake.count() > 0 {
        let handshake = tally.handshake.quantiles();
        let _ = write!(
            times,
            "; {} connections made meanwhile, p50 {} ms, p99 {} ms",
            grouped(handshake.count),
            ms(handshake.p50),
            ms(handshake.p99)
        );
    }
    out.push_str(&said("service", &times));
    let whole = |count: u64| bytes(usize::try_from(count).unwrap_or(usize::MAX));
    out.push_str(&said(
        "bytes",
        &format!("{} sent, {} received", whole(tally.sent), whole(tally.received)),
    ));
    out
}

fn verdicts(tally: &Tally) -> String {
    let verdicts = &tally.verdicts;
    let mut text = format!("{} allowed", grouped(verdicts.allowed));
    let parts = [(verdicts.patched, "with a patch"), (verdicts.warned, "with warnings")];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", grouped(*count)))
        .collect();
    if !parts.is_empty() {
        let _ = write!(text, " ({})", parts.join(", "));
    }
    let denied: u64 = verdicts.denied.values().sum();
    let _ = write!(text, ", {} denied", grouped(denied));
    let codes: Vec<String> = verdicts
        .denied
        .iter()
        .map(|(code, count)| format!("{code}: {}", grouped(*count)))
        .collect();
    if !codes.is_empty() {
        let _ = write!(text, " ({})", codes.join(", "));
    }
    text
}

/// How many of what.
pub(super) fn errors(tally: &Tally) -> String {
    let each = tally.faults.iter();
    let each: Vec<String> =
        each.map(|(fault, count)| format!("{} {}", grouped(*count), fault.name())).collect();
    format!("{} of {}: {}", grouped(tally.errors()), grouped(tally.due()), each.join(", "))
}

fn starts(tally: &Tally) -> String {
    let lag = tally.lag.quantiles();
    let mut text = format!("{} of {} later than 1 ms", grouped(tally.late), grouped(tally.started));
    if tally.blocked > 0 {
        let _ = write!(text, ", {} because no connection was free", grouped(tally.blocked));
    }
    let _ = write!(
        text,
        "; {} missed; lag p50 {} ms, p99 {} ms",
        grouped(tally.due() - tally.started),
        ms(lag.p50),
        ms(lag.p99)
    );
    text
}

/// What was used, by the target and by the client.
pub(super) fn costs(section: &Section, rows: &[Row]) -> String {
    let mut out = String::new();
    let started: u64 = rows.iter().map(|row| row.tally.started).sum();
    if let Some((time, last)) = total_used(&section.target) {
        let mut text = format!(
            "{:.2} s of a processor, {:.0} µs a review",
            time.as_secs_f64(),
            micros(time, started)
        );
        if let (Some(now), Some(peak)) = (last.resident_bytes, last.peak_bytes) {
            let whole = |count: u64| bytes(usize::try_from(count).unwrap_or(usize::MAX));
            let _ = write!(text, "; {} resident, {} at most", whole(now), whole(peak));
        }
        out.push_str(&said("target", &text));
    }
    let passes = || section.target.iter().chain(&section.baseline);
    let client: f64 = passes().map(|pass| pass.client.as_secs_f64()).sum();
    let time: f64 =
        passes().flat_map(|pass| &pass.rows).map(|row| row.tally.length().as_secs_f64()).sum();
    let connecting = section.connecting;
    out.push_str(&said(
        "client",
        &format!(
            "{client:.2} s of a processor in {time:.1} s; connecting took p50 {} ms, max {} ms",
            ms(connecting.p50),
            ms(connecting.max)
        ),
    ));
    if let Some(slow) = section.slow {
        let text = format!(
            "{} slow requests begun, {} answered, {} cut off",
            slow.begun, slow.answered, slow.cut
        );
        out.push_str(&said("slow", &text));
    }
    out
}

/// A long message says enough at its beginning.
fn shortened(text: &str) -> String {
    const MOST: usize = 240;
    let line = text.replace('\n', " ");
    if line.chars().count() <= MOST {
        return line;
    }
    line.chars().take(MOST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_say_enough_at_their_beginning() {
        assert_eq!(shortened(&"x".repeat(300)).chars().count(), 241);
        assert_eq!(shortened("a\nb"), "a b");
    }
}
