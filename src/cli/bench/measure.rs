//! From a plan to what was measured.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use super::arrivals::Schedule;
use super::drive::{Crew, Load, SlowClients, SlowCount, Tallies};
use super::latencies::{Latencies, Quantiles};
use super::plan::{Plan, Shape};
use super::progress::Progress;
use super::tally::Tally;
use super::watched::{Used, Watched, client_time};

/// A target, what it is sent, and who serves it.
pub(super) struct Side {
    pub(super) load: Arc<Load>,
    pub(super) watched: Watched,
}

/// What was measured with one number of connections.
pub(super) struct Section {
    pub(super) connections: usize,
    /// TLS version and cipher suite.
    pub(super) negotiated: Option<String>,
    /// Times of making the connections, handshake included, before the load.
    pub(super) connecting: Quantiles,
    /// Without a baseline one; with it a block each.
    pub(super) target: Vec<Pass>,
    pub(super) baseline: Vec<Pass>,
    pub(super) slow: Option<SlowCount>,
}

/// One go of all connections.
pub(super) struct Pass {
    /// A row for each stage.
    pub(super) rows: Vec<Row>,
    /// What the target used.
    pub(super) used: Option<Used>,
    /// Processor time of the client.
    pub(super) client: Duration,
}

/// What came of one stage or block.
#[derive(Clone)]
pub(super) struct Row {
    /// Starts a second; none in a closed loop.
    pub(super) wanted: Option<f64>,
    pub(super) tally: Tally,
}

impl Section {
    /// The rows of the target: stages, or all blocks in one.
    pub(super) fn rows(&self) -> Vec<Row> {
        merged(&self.target)
    }

    /// The row of the baseline, all blocks in one.
    pub(super) fn baseline_rows(&self) -> Vec<Row> {
        merged(&self.baseline)
    }
}

fn merged(passes: &[Pass]) -> Vec<Row> {
    let mut passes = passes.iter();
    let mut rows = passes.next().map_or_else(Vec::new, |pass| pass.rows.clone());
    for pass in passes {
        for (row, more) in rows.iter_mut().zip(&pass.rows) {
            row.tally.merge(&more.tally);
        }
    }
    rows
}

/// Measures a target, and a baseline in turns with it, with so many connections.
///
/// # Errors
/// When a connection cannot be made before the load: that is no finding.
pub(super) async fn section(
    plan: &Plan,
    target: &Side,
    baseline: Option<&Side>,
    connections: usize,
) -> anyhow::Result<Section> {
    let mut took = Latencies::new()?;
    let mut crew = connect(target, connections, &mut took).await?;
    let mut other = match baseline {
        None => None,
        Some(side) => Some((connect(side, connections, &mut Latencies::new()?).await?, side)),
    };
    let slow = (plan.slow_clients > 0).then(|| SlowClients::start(&target.load, plan.slow_clients));
    let mut section = Section {
        connections,
        negotiated: crew.negotiated(),
        connecting: took.quantiles(),
        target: Vec::new(),
        baseline: Vec::new(),
        slow: None,
    };
    if let Some(shape) = plan.warm_up() {
        pass(plan, &shape, target, &mut crew, "warming up").await?;
        if let Some((crew, side)) = &mut other {
            pass(plan, &shape, side, crew, "warming up the baseline").await?;
        }
    }
    for _ in 0..plan.blocks {
        if target.load.stop.is_cancelled() {
            break;
        }
        section.target.push(pass(plan, &plan.shape, target, &mut crew, "target").await?);
        if let Some((crew, side)) = &mut other {
            section.baseline.push(pass(plan, &plan.shape, side, crew, "baseline").await?);
        }
    }
    section.slow = slow.map(|slow| slow.count());
    Ok(section)
}

async fn connect(side: &Side, count: usize, took: &mut Latencies) -> anyhow::Result<Crew> {
    let target = &side.load.target;
    tokio::select! {
        crew = Crew::connect(target, count, took) => {
            crew.map_err(|(fault, detail)| anyhow::anyhow!("{}: {detail}", fault.name()))
                .with_context(|| format!("{} cannot be reached", target.url))
        }
        () = side.load.stop.cancelled() => anyhow::bail!("interrupted before anything was measured"),
    }
}

async fn pass(
    plan: &Plan,
    shape: &Shape,
    side: &Side,
    crew: &mut Crew,
    what: &str,
) -> anyhow::Result<Pass> {
    let lengths: Vec<Duration> = match shape {
        Shape::Closed(length) => vec![*length],
        Shape::Open { stages, .. } => stages.iter().map(|stage| stage.duration).collect(),
    };
    let (load, before) = (&side.load, side.watched.now());
    let client = client_time();
    let tallies = Tallies::new(&lengths, load.corpus.reviews().len())?;
    let progress = Progress::start(what, &tallies, lengths.iter().sum());
    let complete = match shape {
        Shape::Closed(length) => crew.closed(load, *length, plan.requests, &tallies).await,
        Shape::Open { stages, arrivals, seed } => {
            let schedule = Schedule::new(stages.clone(), *arrivals, *seed, plan.requests);
            crew.open(load, schedule, &tallies).await
        }
    };
    drop(progress);
    let wanted = |stage: usize| match shape {
        Shape::Closed(_) => None,
        Shape::Open { stages, .. } => stages.get(stage).map(|stage| stage.rate),
    };
    let row = |(stage, mut tally): (usize, Tally)| {
        tally.lasted = lengths.get(stage).copied().filter(|_| complete);
        Row { wanted: wanted(stage), tally }
    };
    Ok(Pass {
        rows: tallies.with(std::mem::take).into_iter().enumerate().map(row).collect(),
        used: side.watched.since(before),
        client: client_time().saturating_sub(client),
    })
}
