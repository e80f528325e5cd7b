//! The report for people, in 100 columns.

use std::fmt::Write as _;

use crate::cli::output::{Paint, hanging, paint};

use super::compare::Spread;
use super::corpus::Corpus;
use super::expectation::Expectation;
use super::latencies::Quantiles;
use super::measure::{Row, Section};
use super::plan::Shape;
use super::report::{Report, compared, micros, name, sizes, total_used};
use super::tally::{Tally, float};
use super::thresholds::Judged;

const WIDTH: usize = 100;
/// Indentation of what is said about a row.
const INDENT: usize = 2;

/// The whole report.
pub(super) fn text(report: &Report<'_>) -> String {
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

fn head(report: &Report<'_>) -> String {
    let bench = report.bench;
    let mut out = paint(&bench.url.to_string(), Paint::Strong);
    if let Some(baseline) = report.baseline() {
        let _ = write!(out, " beside {baseline}");
    }
    out.push('\n');
    let mut say = |text: String| out.push_str(&hanging(&text, INDENT, INDENT, WIDTH));
    let [smallest, median, largest] = sizes(report.corpus);
    let reviews = report.corpus.reviews();
    let expected = reviews.iter().filter(|review| review.expected != Expectation::ANY).count();
    let mut what = format!(
        "{} reviews of {} to {} (median {}), a verdict expected of {expected}",
        grouped(u64::try_from(reviews.len()).unwrap_or_default()),
        bytes(smallest),
        bytes(largest),
        bytes(median),
    );
    if !bench.reviews.vary.is_empty() {
        what.push_str(", each object differs");
    }
    if let Some(path) = &bench.reviews.after {
        let _ = write!(what, ", as {path} leaves them");
    }
    say(what);
    say(load(report));
    let machine = &report.machine;
    let of = if machine.processor.is_empty() {
        String::new()
    } else {
        format!(" of {}", machine.processor)
    };
    say(format!(
        "{} {} {}, {} cores{of}, {}, load {}; lessor {}",
        machine.system,
        machine.kernel,
        machine.architecture,
        machine.cores,
        bytes(usize::try_from(machine.memory_bytes).unwrap_or_default()),
        machine.load_average,
        env!("CARGO_PKG_VERSION"),
    ));
    for (key, value) in &bench.report.notes {
        say(format!("{key}: {value}"));
    }
    out
}

fn load(report: &Report<'_>) -> String {
    let (bench, plan) = (report.bench, report.plan);
    let mut load = match &plan.shape {
        Shape::Closed(time) => format!("closed loop for {time:?}"),
        Shape::Open { stages, arrivals, .. } => {
            let each: Vec<String> = stages
                .iter()
                .map(|stage| format!("{}/s for {:?}", stage.rate, stage.duration))
                .collect();
            let when = format!("{arrivals:?}").to_lowercase();
            format!("open loop, {when} arrivals, {}", each.join(", "))
        }
    };
    if plan.blocks > 1 {
        let _ = write!(load, " in each of {} blocks", plan.blocks);
    }
    if !plan.warm_up.is_zero() {
        let _ = write!(load, ", after {:?} of warm-up", plan.warm_up);
    }
    let _ = write!(load, "; time-out {:?}", bench.connection.timeout);
    if bench.load.no_keep_alive {
        load.push_str("; a connection for each review");
    }
    if let Some(tls) = report.sections.first().and_then(|section| section.negotiated.as_ref()) {
        let _ = write!(load, "; {tls}");
    }
    load
}

fn one(report: &Report<'_>, section: &Section, judged: &[Vec<Judged>]) -> String {
    let plural = if section.connections == 1 { "" } else { "s" };
    let mut out = format!(
        "{}\n{}\n",
        paint(&format!("{} connection{plural}", section.connections), Paint::Strong),
        paint(
            "            wanted/s  answers/s   p50 ms   p90 ms   p99 ms  p99.9 ms   max ms   answers   errors",
            Paint::Faint
        )
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
        out.push_str(&details(report.corpus, &row.tally));
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

fn wanted(row: &Row) -> String {
    row.wanted.map_or_else(|| "max".to_owned(), |rate| format!("{rate}/s"))
}

fn table_row(side: &str, row: &Row) -> String {
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

/// Three significant digits or so: a histogram knows no more.
fn ms(value: f64) -> String {
    match value {
        value if value < 10.0 => format!("{value:.3}"),
        value if value < 100.0 => format!("{value:.2}"),
        value if value < 1000.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

fn said(what: &str, text: &str) -> String {
    hanging(&format!("{what:<11}{text}"), INDENT, 11, WIDTH)
}

fn details(corpus: &Corpus, tally: &Tally) -> String {
    let mut out = said("verdicts", &verdicts(tally));
    if tally.errors() > 0 {
        out.push_str(&paint(&said("errors", &errors(tally)), Paint::Bad));
    }
    for sample in &tally.samples {
        let review = sample.review.and_then(|index| name(corpus, index)).unwrap_or("a review");
        let text = format!("{review}: {}: {}", sample.fault.name(), shortened(&sample.detail));
        out.push_str(&hanging(&text, INDENT + 11, 2, WIDTH));
    }
    out.push_str(&said("starts", &starts(tally)));
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

fn errors(tally: &Tally) -> String {
    let each = tally.faults.iter();
    let each: Vec<String> =
        each.map(|(fault, count)| format!("{} {}", grouped(*count), fault.name())).collect();
    format!("{} of {}: {}", grouped(tally.errors()), grouped(tally.due()), each.join(", "))
}

fn starts(tally: &Tally) -> String {
    let lag = tally.lag.quantiles();
    format!(
        "{} of {} later than 1 ms (lag p50 {} ms, p99 {} ms), {} missed",
        grouped(tally.late),
        grouped(tally.started),
        ms(lag.p50),
        ms(lag.p99),
        grouped(tally.due() - tally.started),
    )
}

/// What was used, by the target and by the client.
fn costs(section: &Section, rows: &[Row]) -> String {
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
        passes().flat_map(|pass| &pass.rows).map(|row| row.tally.elapsed.as_secs_f64()).sum();
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

fn comparison(section: &Section) -> String {
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
            |ratio| format!("{:.2} ({:.2} to {:.2})", ratio.median, ratio.least, ratio.most),
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

fn by_review(corpus: &Corpus, row: &Row) -> String {
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

/// A long message says enough at its beginning.
fn shortened(text: &str) -> String {
    const MOST: usize = 240;
    let line = text.replace('\n', " ");
    if line.chars().count() <= MOST {
        return line;
    }
    line.chars().take(MOST).chain(['…']).collect()
}

/// A count with its thousands apart.
fn grouped(count: u64) -> String {
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
fn bytes(count: usize) -> String {
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
        assert_eq!(shortened(&"x".repeat(300)).chars().count(), 241);
        assert_eq!(shortened("a\nb"), "a b");
    }
}
