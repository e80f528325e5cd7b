//! From flags to a report.

use std::sync::Arc;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use crate::cli::Verdict;
use crate::cli::output::{self, Format};
use crate::cli::process::on_signal;

use super::args::{Baseline, Bench};
use super::corpus::{Corpus, Fresh, Source, generate, is_mutated, mutated, read};
use super::drive::Load;
use super::floor::Floor;
use super::machine::Machine;
use super::measure::{Section, Side, section};
use super::plan::Plan;
use super::report::{self, Report};
use super::show;
use super::target::{Dialing, Target};
use super::url::{Url, timeout_query};
use super::watched::Watched;

impl Bench {
    pub(in crate::cli) fn run(self) -> anyhow::Result<Verdict> {
        let machine = Machine::this();
        let plan = Plan::new(&self, machine.cores)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(plan.threads)
            .thread_name("bench-client")
            .enable_all()
            .build()
            .context("starting")?;
        runtime.block_on(self.play(plan, machine))
    }

    async fn play(self, plan: Plan, machine: Machine) -> anyhow::Result<Verdict> {
        let started = jiff::Timestamp::now();
        if self.connection.insecure {
            eprintln!("lessor: --insecure: whoever answers is believed and reads what is sent");
        }
        let stop = on_signal();
        let dialing = self.connection.dialing()?;
        let url = self.url.clone();
        let target = self.target(&dialing, &url).await?;
        let sources = self.prepared(self.sources()?, &target).await?;
        let target = self.side(&sources, target, plan.watched, &stop)?;
        let floor = match &self.load.baseline {
            Some(Baseline::Floor) => Some(Floor::start(plan.threads).await?),
            _ => None,
        };
        let baseline = match (&self.load.baseline, &floor) {
            (Some(Baseline::Url(url)), _) => {
                let target = self.target(&dialing, url).await?;
                Some(self.side(&sources, target, plan.baseline_watched, &stop)?)
            }
            (_, Some(floor)) => Some(Self::floor(&plan, floor, &target)),
            _ => None,
        };
        let mut sections = Vec::new();
        for &connections in &plan.connections {
            if !sections.is_empty() && stop.is_cancelled() {
                break;
            }
            sections.push(section(&plan, &target, baseline.as_ref(), connections).await?);
        }
        let judged = |section: &Section| {
            section.rows().iter().map(|row| plan.thresholds.judge(&row.tally)).collect::<Vec<_>>()
        };
        let report = Report {
            judged: sections.iter().map(judged).collect(),
            interrupted: stop.is_cancelled(),
            bench: &self,
            plan: &plan,
            machine,
            started,
            corpus: &target.load.corpus,
            sections,
        };
        match self.report.output {
            Format::Text => output::print(&show::text(&report))?,
            format => output::print_objects(&[report::value(&report)], format)?,
        }
        let met = report.judged.iter().flatten().flatten().all(|judged| judged.met);
        Ok(if met { Verdict::Clean } else { Verdict::Findings })
    }

    async fn target(&self, dialing: &Dialing, url: &Url) -> anyhow::Result<Target> {
        Ok(Target {
            url: url.to_string(),
            path: url.path.clone(),
            dialer: dialing.resolve(url).await?,
            keep_alive: !self.load.no_keep_alive,
            timeout: self.connection.timeout,
        })
    }

    fn sources(&self) -> anyhow::Result<Vec<Source>> {
        let mut sources = read(&self.reviews.files, &self.defaults())?;
        if let Some(mix) = self.mix() {
            let mut generated = generate(&mix, &self.reviews.namespace);
            if let Some(expected) = self.overridden() {
                for source in &mut generated {
                    source.expected = expected.clone();
                }
            }
            sources.extend(generated);
        }
        Ok(sources)
    }

    /// With `--after`, what the mutating endpoint makes of the reviews.
    async fn prepared(&self, sources: Vec<Source>, target: &Target) -> anyhow::Result<Vec<Source>> {
        let Some(path) = &self.reviews.after else { return Ok(sources) };
        let (mut fresh, mut prepared) = (Fresh::default(), Vec::new());
        let query = timeout_query(self.connection.timeout);
        let mut connection = target.dialer.dial().await?;
        for source in sources {
            if !is_mutated(&source, path) {
                prepared.push(source);
                continue;
            }
            let corpus = Corpus::new(std::slice::from_ref(&source), Some(path), &query, &[])
                .map_err(anyhow::Error::msg)?;
            let (_, review) = corpus.at(0).context("no review")?;
            let (_, body) = review.body(&mut fresh);
            if connection.is_closed() {
                connection = target.dialer.dial().await?;
            }
            let answer = tokio::time::timeout(
                self.connection.timeout,
                connection.post(&review.path, body, false),
            );
            let answer = answer
                .await
                .with_context(|| format!("{}: no answer of {path} in time", source.name))??;
            anyhow::ensure!(
                answer.status.is_success(),
                "{}: {path} answered {}",
                source.name,
                answer.status
            );
            prepared.push(mutated(source, &answer.body).map_err(anyhow::Error::msg)?);
        }
        Ok(prepared)
    }

    fn side(
        &self,
        sources: &[Source],
        target: Target,
        watched: Watched,
        stop: &CancellationToken,
    ) -> anyhow::Result<Side> {
        let query = timeout_query(self.connection.timeout);
        let corpus = Corpus::new(sources, target.path.as_deref(), &query, &self.reviews.vary)
            .map_err(anyhow::Error::msg)?;
        Ok(Side { load: Arc::new(Load { target, corpus, stop: stop.clone() }), watched })
    }

    /// The floor gets what the target gets, and nothing is expected of it.
    fn floor(plan: &Plan, floor: &Floor, target: &Side) -> Side {
        let target = &target.load;
        let load = Load {
            target: Target {
                url: "floor".to_owned(),
                dialer: floor.dialer.clone(),
                ..target.target.clone()
            },
            corpus: target.corpus.clone().expecting_nothing(),
            stop: target.stop.clone(),
        };
        Side { load: Arc::new(load), watched: plan.baseline_watched }
    }
}
