//! What will be done, resolved once from the flags.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

use crate::admission::User;
use crate::telemetry::Usage;
use crate::tls::dial::{Identity, Trust};

use super::args::{Baseline, Bench, ConnectionArgs};
use super::corpus::{Defaults, Mix};
use super::expectation::Expectation;
use super::target::Dialing;
use super::thresholds::Thresholds;
use super::values::{Arrivals, Rate, Stage};
use super::watched::Watched;

/// How the load is applied.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// Open loop.
    Open { stages: Vec<Stage>, arrivals: Arrivals, seed: u64 },
    /// Closed loop for this long.
    Closed(Duration),
}

/// One measurement, of which each number of connections gets its own.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) shape: Shape,
    pub(super) requests: u64,
    pub(super) warm_up: Duration,
    pub(super) connections: Vec<usize>,
    pub(super) slow_clients: usize,
    /// How often target and baseline take turns; 1 without a baseline.
    pub(super) blocks: u16,
    pub(super) threads: usize,
    pub(super) thresholds: Thresholds,
    pub(super) watched: Watched,
    pub(super) baseline_watched: Watched,
}

impl Plan {
    /// Reads the flags of load and report.
    ///
    /// # Errors
    /// When they do not fit together.
    pub(super) fn new(bench: &Bench, cores: usize) -> anyhow::Result<Self> {
        let (load, report) = (&bench.load, &bench.report);
        let floor = load.baseline == Some(Baseline::Floor);
        anyhow::ensure!(
            !floor || bench.url.secure,
            "--baseline floor speaks TLS: it cannot be compared with {}",
            bench.url
        );
        let blocks = if load.baseline.is_some() { load.blocks } else { 1 };
        let block = load.duration / u32::from(blocks);
        let open = |stages| Shape::Open { stages, arrivals: load.arrivals, seed: load.seed };
        let shape = match load.rate {
            _ if !load.stages.is_empty() => open(load.stages.clone()),
            Rate::PerSecond(rate) => open(vec![Stage { rate, duration: block }]),
            Rate::Max => Shape::Closed(block),
        };
        let watched = |process: Option<u32>| match process {
            None => Ok(Watched::Unknown),
            Some(id) => Usage::of(id)
                .map(|_| Watched::Process(id))
                .with_context(|| format!("process {id} cannot be looked at")),
        };
        let quantiles = [
            ("p50", 0.5, report.p50),
            ("p90", 0.9, report.p90),
            ("p99", 0.99, report.p99),
            ("p99.9", 0.999, report.p999),
            ("max", 1.0, report.longest),
        ];
        Ok(Self {
            shape,
            requests: (load.requests / u64::from(blocks)).max(1),
            warm_up: load.warm_up,
            connections: load.connections.iter().map(|count| usize::from(*count)).collect(),
            slow_clients: usize::from(load.slow_clients),
            blocks,
            threads: load.threads.map_or_else(|| (cores / 2).max(1), usize::from),
            thresholds: Thresholds {
                quantiles: quantiles
                    .into_iter()
                    .filter_map(|(name, part, limit)| Some((name, part, limit?)))
                    .collect(),
                errors: report.errors,
                min_rate: report.min_rate,
            },
            watched: watched(report.pid)?,
            baseline_watched: if floor { Watched::Floor } else { watched(report.baseline_pid)? },
        })
    }

    /// The load before it is measured; none when there is to be none.
    pub(super) fn warm_up(&self) -> Option<Shape> {
        let shape = match &self.shape {
            Shape::Closed(_) => Shape::Closed(self.warm_up),
            Shape::Open { stages, arrivals, seed } => {
                let rate = stages.first()?.rate;
                let stages = vec![Stage { rate, duration: self.warm_up }];
                Shape::Open { stages, arrivals: *arrivals, seed: *seed }
            }
        };
        (!self.warm_up.is_zero()).then_some(shape)
    }
}

impl Bench {
    /// What reviews of files do not say themselves.
    pub(super) fn defaults(&self) -> Defaults {
        Defaults {
            user: User {
                name: self.reviews.user.clone(),
                groups: vec!["system:authenticated".to_owned()],
                ..User::default()
            },
            namespace: self.reviews.namespace.clone(),
            expected: self.reviews.expect.clone(),
            answers: !self.reviews.no_answers,
        }
    }

    /// The generated part, which is all when there are no files.
    pub(super) fn mix(&self) -> Option<Mix> {
        let all = self.reviews.files.is_empty().then(Mix::default);
        self.reviews.generate.clone().or(all)
    }

    /// What generated reviews are expected to get, if not what they say.
    pub(super) fn overridden(&self) -> Option<Expectation> {
        self.reviews.no_answers.then(|| self.reviews.expect.clone())
    }
}

impl ConnectionArgs {
    /// Reads certificates and keys.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(super) fn dialing(&self) -> anyhow::Result<Dialing> {
        let read = |path: &Path| std::fs::read(path).with_context(|| path.display().to_string());
        let mut bundle = Vec::new();
        for path in &self.ca {
            bundle.extend(read(path)?);
            bundle.push(b'\n');
        }
        let trust = if self.insecure {
            Some(Trust::Anybody)
        } else {
            (!bundle.is_empty()).then_some(Trust::Bundle(bundle))
        };
        let identity = match (&self.cert, &self.key) {
            (Some(cert), Some(key)) => {
                Some(Identity { cert_pem: read(cert)?, key_pem: read(key)? })
            }
            _ => None,
        };
        Ok(Dialing {
            trust,
            identity,
            server_name: self.server_name.clone(),
            resume: self.resume,
            remote: self.allow_remote,
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        bench: Bench,
    }

    fn parse(args: &str) -> Result<Bench, String> {
        let line = Line::try_parse_from(["bench"].into_iter().chain(args.split_whitespace()));
        line.map(|line| line.bench).map_err(|error| error.to_string())
    }

    fn plan(args: &str) -> Plan {
        Plan::new(&parse(args).unwrap(), 8).unwrap()
    }

    #[test]
    fn a_url_alone_is_a_bounded_run() {
        let bench = parse("https://localhost:8443").unwrap();
        assert_eq!(bench.mix(), Some(Mix::default()));
        let plan = Plan::new(&bench, 8).unwrap();
        let stages = vec![Stage { rate: 100.0, duration: Duration::from_secs(10) }];
        assert_eq!(plan.shape, Shape::Open { stages, arrivals: Arrivals::Fixed, seed: 1 });
        assert_eq!((plan.requests, plan.blocks, plan.threads), (1_000_000, 1, 4));
        assert_eq!(plan.connections, [16]);
        assert_eq!(Plan::new(&bench, 1).unwrap().threads, 1);
    }

    #[test]
    fn stages_and_connections_are_lists() {
        let plan = plan("https://h --stages 100:10s,500:1m --connections 1,16,128 --warm-up 0s");
        let Shape::Open { stages, .. } = &plan.shape else { panic!("{:?}", plan.shape) };
        assert_eq!((stages.len(), stages[1].duration), (2, Duration::from_mins(1)));
        assert_eq!(plan.connections, [1, 16, 128]);
        assert_eq!(plan.warm_up(), None);
    }

    #[test]
    fn a_baseline_shares_the_time() {
        let plan = plan("https://h --rate max --baseline floor --duration 10s --requests 100");
        assert_eq!(plan.shape, Shape::Closed(Duration::from_secs(2)));
        assert_eq!((plan.blocks, plan.requests), (5, 20));
        assert_eq!(plan.baseline_watched, Watched::Floor);
        let other = parse("https://h --baseline https://g/v").unwrap();
        assert_eq!(other.load.baseline, Some(Baseline::Url("https://g/v".parse().unwrap())));
    }

    #[test]
    fn flags_with_and_without_values() {
        use super::super::values::Vary;
        let bench = parse("https://h a b=3 --vary --generate").unwrap();
        assert_eq!(bench.reviews.files.len(), 2);
        assert_eq!(bench.reviews.vary, [Vary::Name, Vary::Labels, Vary::Images]);
        assert_eq!(bench.mix(), Some(Mix::default()));
        let bench = parse("https://h a --vary=labels,images --expect denied=403").unwrap();
        assert_eq!(bench.reviews.vary, [Vary::Labels, Vary::Images]);
        assert_eq!(bench.mix(), None);
        assert_eq!(bench.defaults().expected.to_string(), "denied 403");
        assert_eq!(bench.overridden(), None);
        let plan = plan("https://h --p99 10ms --p99.9 1s --max 2s --errors 1% --min-rate 90");
        let names: Vec<&str> = plan.thresholds.quantiles.iter().map(|(name, _, _)| *name).collect();
        assert_eq!(names, ["p99", "p99.9", "max"]);
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        for (args, why) in [
            ("localhost:8443", "neither https nor http"),
            ("https://h --stages 100:10s --rate 5", "cannot be used with"),
            ("https://h --stages 100:10s --baseline floor", "cannot be used with"),
            ("https://h --blocks 3", "--baseline"),
            ("https://h --ca a --insecure", "cannot be used with"),
            ("https://h --cert a", "--key"),
            ("https://h --connections 0", "0 is not in"),
            ("https://h --requests 0", "0 is not in"),
            ("https://h --rate 0", "is no rate"),
            ("https://h --duration 10", "is no duration"),
            ("https://h --note commit", "is no note"),
            ("https://h --generate=pod", "is no group"),
        ] {
            let error = parse(args).unwrap_err();
            assert!(error.contains(why), "{args}: {error}");
        }
        let plain = parse("http://h --baseline floor").unwrap();
        assert!(Plan::new(&plain, 1).unwrap_err().to_string().contains("speaks TLS"));
        let nobody = parse(&format!("https://h --pid {}", u32::MAX)).unwrap();
        assert!(Plan::new(&nobody, 1).unwrap_err().to_string().contains("cannot be looked at"));
    }
}
