//! What was done, and on what.

use std::fmt::Write as _;

use crate::cli::bench::expectation::Expectation;
use crate::cli::bench::plan::Shape;
use crate::cli::bench::report::{Report, sizes};
use crate::cli::output::{Paint, hanging, paint};

use super::numbers::{bytes, grouped};
use super::{INDENT, WIDTH};

/// Everything that holds for all runs.
pub(super) fn head(report: &Report<'_>) -> String {
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
