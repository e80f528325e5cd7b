//! The report for programs: everything that a published figure must name.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::args::{Baseline, Bench};
use super::compare::Compared;
use super::corpus::{Corpus, Review};
use super::latencies::rounded;
use super::machine::Machine;
use super::measure::{Pass, Row, Section};
use super::plan::{Plan, Shape};
use super::tally::{Tally, float};
use super::thresholds::Judged;
use super::watched::Used;

/// What was done and what came of it.
pub(super) struct Report<'a> {
    pub(super) bench: &'a Bench,
    pub(super) plan: &'a Plan,
    pub(super) machine: Machine,
    pub(super) started: jiff::Timestamp,
    pub(super) corpus: &'a Corpus,
    pub(super) sections: Vec<Section>,
    /// By section and row.
    pub(super) judged: Vec<Vec<Vec<Judged>>>,
    pub(super) interrupted: bool,
}

impl Report<'_> {
    /// What the target is measured beside, as a person names it.
    pub(super) fn baseline(&self) -> Option<String> {
        self.bench.load.baseline.as_ref().map(|baseline| match baseline {
            Baseline::Floor => "floor".to_owned(),
            Baseline::Url(url) => url.to_string(),
        })
    }
}

/// Smallest, middle and largest body, in bytes.
pub(super) fn sizes(corpus: &Corpus) -> [usize; 3] {
    let mut sizes: Vec<usize> = corpus.reviews().iter().map(Review::len).collect();
    sizes.sort_unstable();
    let at = |place: usize| sizes.get(place).copied().unwrap_or_default();
    let last = sizes.len().saturating_sub(1);
    [at(0), at(last / 2), at(last)]
}

/// What both sides of a section say, measure by measure.
pub(super) fn compared(section: &Section) -> Vec<Compared> {
    if section.baseline.is_empty() {
        return Vec::new();
    }
    let values = |passes: &[Pass], of: &dyn Fn(&Pass, &Tally) -> Option<f64>| {
        let each = passes.iter().filter_map(|pass| of(pass, &pass.rows.first()?.tally));
        each.collect::<Vec<f64>>()
    };
    let quantile = |part: f64| {
        move |_: &Pass, tally: &Tally| Some(tally.latency.quantile(part).as_secs_f64() * 1e3)
    };
    let (p50, p99) = (quantile(0.5), quantile(0.99));
    let measures: [(&'static str, &dyn Fn(&Pass, &Tally) -> Option<f64>); 4] = [
        ("p50 ms", &p50),
        ("p99 ms", &p99),
        ("answers/s", &|_, tally| Some(tally.rate())),
        ("processor µs a review", &|pass, tally| {
            pass.used.map(|used| micros(used.processor, tally.started))
        }),
    ];
    let both = measures.into_iter().map(|(measure, of)| {
        Compared::of(measure, &values(&section.target, of), &values(&section.baseline, of))
    });
    both.filter(|compared| compared.target.most > 0.0 || compared.baseline.most > 0.0).collect()
}

/// Microseconds of a time for each of so many.
pub(super) fn micros(time: Duration, count: u64) -> f64 {
    if count == 0 { 0.0 } else { rounded(time.as_secs_f64() * 1e6 / float(count)) }
}

/// The whole report.
pub(super) fn value(report: &Report<'_>) -> Value {
    let bench = report.bench;
    let [smallest, median, largest] = sizes(report.corpus);
    let sections = report.sections.iter().zip(&report.judged);
    json!({
        "lessor": env!("CARGO_PKG_VERSION"),
        "commandLine": std::env::args().collect::<Vec<_>>(),
        "started": report.started.to_string(),
        "notes": bench.report.notes.iter().cloned().map(|(key, value)| (key, Value::from(value)))
            .collect::<Map<_, _>>(),
        "machine": report.machine,
        "target": bench.url.to_string(),
        "baseline": report.baseline(),
        "interrupted": report.interrupted,
        "reviews": {
            "count": report.corpus.reviews().len(),
            "bytes": {"smallest": smallest, "median": median, "largest": largest},
            "varied": bench.reviews.vary,
            "after": bench.reviews.after,
        },
        "load": load(report),
        "runs": sections.map(|(section, judged)| run(report, section, judged)).collect::<Vec<_>>(),
    })
}

fn load(report: &Report<'_>) -> Value {
    let (bench, plan) = (report.bench, report.plan);
    let mut load = json!({
        "loop": "closed",
        "requests": bench.load.requests,
        "warmUpSeconds": plan.warm_up.as_secs_f64(),
        "timeoutSeconds": bench.connection.timeout.as_secs_f64(),
        "keepAlive": !bench.load.no_keep_alive,
        "resume": bench.connection.resume,
        "slowClients": plan.slow_clients,
        "blocks": plan.blocks,
        "clientThreads": plan.threads,
    });
    if let Shape::Open { arrivals, seed, .. } = &plan.shape {
        load["loop"] = json!("open");
        load["arrivals"] = json!(arrivals);
        load["seed"] = json!(seed);
    }
    load
}

fn run(report: &Report<'_>, section: &Section, judged: &[Vec<Judged>]) -> Value {
    let rows = section.rows();
    let total: u64 = rows.iter().map(|row| row.tally.started).sum();
    let target: Vec<Value> = rows.iter().map(|row| row_value(report.corpus, row)).collect();
    let baseline = section.baseline_rows();
    let baseline: Vec<Value> = baseline.iter().map(|row| row_value(report.corpus, row)).collect();
    let client: Duration =
        section.target.iter().chain(&section.baseline).map(|pass| pass.client).sum();
    json!({
        "connections": section.connections,
        "tls": section.negotiated,
        "connectingMilliseconds": section.connecting,
        "target": target,
        "baseline": baseline,
        "compared": compared(section),
        "used": used(&section.target, total),
        "clientProcessorSeconds": rounded(client.as_secs_f64()),
        "slowClients": section.slow,
        "thresholds": judged,
    })
}

/// What the target used in all passes.
fn used(passes: &[Pass], started: u64) -> Option<Value> {
    let (time, last) = total_used(passes)?;
    let mut value = serde_json::to_value(last).ok()?;
    value["processorSeconds"] = json!(rounded(time.as_secs_f64()));
    value["processorMicrosecondsPerReview"] = json!(micros(time, started));
    Some(value)
}

/// Processor time of all passes, and the memory of the last one.
pub(super) fn total_used(passes: &[Pass]) -> Option<(Duration, Used)> {
    let last = passes.last()?.used?;
    Some((passes.iter().filter_map(|pass| pass.used).map(|used| used.processor).sum(), last))
}

fn row_value(corpus: &Corpus, row: &Row) -> Value {
    let tally = &row.tally;
    json!({
        "wantedPerSecond": row.wanted,
        "answersPerSecond": rounded(tally.rate()),
        "seconds": rounded(tally.length().as_secs_f64()),
        "secondsToLastAnswer": rounded(tally.elapsed.as_secs_f64()),
        "due": tally.due(),
        "started": tally.started,
        "answered": tally.answered,
        "startedLate": tally.late,
        "noConnectionFree": tally.blocked,
        "missed": tally.due() - tally.started,
        "latencyMilliseconds": tally.latency.quantiles(),
        "serviceMilliseconds": tally.service.quantiles(),
        "startLagMilliseconds": tally.lag.quantiles(),
        "handshakeMilliseconds": tally.handshake.quantiles(),
        "verdicts": tally.verdicts,
        "errors": {"total": tally.errors(), "byClass": classes(tally), "samples": samples(corpus, tally)},
        "bytes": {"sent": tally.sent, "received": tally.received},
        "reviews": reviews(corpus, tally),
    })
}

fn classes(tally: &Tally) -> Map<String, Value> {
    tally.faults.iter().map(|(fault, count)| (fault.key(), json!(count))).collect()
}

fn samples(corpus: &Corpus, tally: &Tally) -> Vec<Value> {
    let shown = tally.samples.iter().map(|sample| {
        json!({
            "class": sample.fault,
            "review": sample.review.and_then(|index| name(corpus, index)),
            "detail": sample.detail,
        })
    });
    shown.collect()
}

/// The name of a review.
pub(super) fn name(corpus: &Corpus, index: usize) -> Option<&str> {
    corpus.reviews().get(index).map(|review| review.name.as_str())
}

fn reviews(corpus: &Corpus, tally: &Tally) -> Vec<Value> {
    let both = corpus.reviews().iter().zip(&tally.reviews);
    both.map(|(review, seen)| {
        json!({
            "name": review.name,
            "bytes": review.len(),
            "started": seen.started,
            "errors": seen.faults,
            "latencyMilliseconds": seen.latency.quantiles(),
        })
    })
    .collect()
}
