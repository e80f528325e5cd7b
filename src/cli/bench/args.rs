//! The flags of `lessor bench`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::output::Format;

use super::corpus::Mix;
use super::expectation::Expectation;
use super::url::Url;
use super::values::{
    Arrivals, Errors, Rate, Stage, Vary, Weighted, duration, duration_or_none, note, path,
};

const EXAMPLES: &str = "\
Examples:
  # A webhook without a cluster, and its CA
  lessor webhook --static examples/tenants examples/classes --listen 127.0.0.1:8443 > ca.pem
  # Recorded reviews with the answers beside them, 200 a second
  lessor bench https://localhost:8443 examples/reviews --ca ca.pem --rate 200 --p99 10ms
  # As fast as one and as 16 connections can, beside the least that it could cost
  lessor bench https://localhost:8443 --ca ca.pem --rate max --connections 1,16 --baseline floor
  # The validating round of what the mutating one left, each object seen for the first time
  lessor bench https://localhost:8443/validate my-pods/ --ca ca.pem --after /mutate --vary
  # Steps of a rising rate on somebody else's webhook
  lessor bench https://localhost:9443/v1/admit my-reviews/ --insecure --stages 100:10s,500:10s";

/// Loads an admission webhook and says how it took it.
///
/// Sends AdmissionReviews over HTTP/1.1 and TLS, as an API server does, to Lessor
/// or any other webhook: recorded ones, what manifests become, or generated ones.
/// Each has a fresh uid, and each answer is checked: uid, form, patch, and the
/// verdict where one is expected.
///
/// The loop is open: reviews are started when the rate says so, whether the
/// target keeps up or not, and latency counts from the intended start. A review
/// that waits longer than the time-out for a connection is not sent any more and
/// reported as missed. Only `--rate max` waits for answers.
///
/// Exit code 0: every threshold is met. 1: some are not; without --errors, any
/// error is one. 2: could not run.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Bench {
    /// URL of the webhook. Without a path, recorded and generated reviews go to
    /// the endpoint that they belong to.
    #[arg(value_name = "URL")]
    pub(super) url: Url,
    #[command(flatten)]
    pub(super) reviews: ReviewArgs,
    #[command(flatten)]
    pub(super) load: LoadArgs,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
    #[command(flatten)]
    pub(super) report: ReportArgs,
}

/// What is sent.
#[derive(Args, Debug)]
#[command(next_help_heading = "Reviews")]
pub(super) struct ReviewArgs {
    /// Files or folders with AdmissionReviews or manifests; generated reviews if
    /// there are none. `=WEIGHT` behind one says how often its reviews come.
    /// NAME.answer.json beside NAME.json holds the expected answer.
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<Weighted>,
    /// Adds generated reviews of a tenant like examples/tenants/acme.yaml, in
    /// these parts: pods, workloads, updates, deletes, connects, subresources,
    /// sized (to 7 MiB), denied, unknown (fields).
    #[arg(
        long,
        value_name = "GROUP=WEIGHT,…",
        require_equals = true,
        num_args = 0..=1,
        default_missing_value = "default"
    )]
    pub(super) generate: Option<Mix>,
    /// What reviews of files without an answer are expected to get: allowed,
    /// denied, denied=CODE, denied=REASON or any.
    #[arg(long, value_name = "VERDICT", default_value = "any")]
    pub(super) expect: Expectation,
    /// Ignores the answers beside files and what generated reviews expect.
    #[arg(long)]
    pub(super) no_answers: bool,
    /// Makes objects differ from one review to the next, so that nothing is
    /// remembered.
    #[arg(
        long,
        value_name = "WHAT,…",
        require_equals = true,
        num_args = 0..,
        value_delimiter = ',',
        default_missing_values = ["name", "labels", "images"]
    )]
    pub(super) vary: Vec<Vary>,
    /// Sends what is created or updated to this endpoint first, once and
    /// unmeasured, and then measures what its patch makes of it.
    #[arg(long, value_name = "PATH", value_parser = path)]
    pub(super) after: Option<String>,
    /// Namespace of generated reviews, and of manifests that name none.
    #[arg(long, default_value = "acme", value_name = "NAME")]
    pub(super) namespace: String,
    /// Username of reviews made from manifests.
    #[arg(long = "as", default_value = "developer", value_name = "USERNAME")]
    pub(super) user: String,
}

/// How much of it.
#[derive(Args, Debug)]
#[command(next_help_heading = "Load")]
pub(super) struct LoadArgs {
    /// Reviews to start each second, or `max`: as fast as the connections can.
    #[arg(long, short, default_value = "100", value_name = "RATE")]
    pub(super) rate: Rate,
    /// When reviews are started.
    #[arg(long, value_enum, default_value = "fixed")]
    pub(super) arrivals: Arrivals,
    /// Seed of random arrivals: the same one gives the same moments.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    pub(super) seed: u64,
    /// How long to measure, for each number of connections.
    #[arg(long, short, default_value = "10s", value_name = "TIME", value_parser = duration)]
    pub(super) duration: Duration,
    /// Reviews to start at most, for each number of connections.
    #[arg(long, default_value_t = 1_000_000, value_name = "N",
        value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) requests: u64,
    /// Rates one after the other, instead of --rate and --duration.
    #[arg(
        long,
        value_name = "RATE:TIME,…",
        value_delimiter = ',',
        conflicts_with_all = ["rate", "duration", "baseline"]
    )]
    pub(super) stages: Vec<Stage>,
    /// Load before it is measured.
    #[arg(long, default_value = "1s", value_name = "TIME", value_parser = duration_or_none)]
    pub(super) warm_up: Duration,
    /// Connections at a time; several numbers are measured one after the other.
    #[arg(long, short, default_value = "16", value_delimiter = ',', value_name = "N",
        value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) connections: Vec<u16>,
    /// A new connection for each review.
    #[arg(long)]
    pub(super) no_keep_alive: bool,
    /// Further clients that send their reviews in small pieces, not measured.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(super) slow_clients: u16,
    /// Another webhook to measure in turns, or `floor`: the least that a webhook
    /// could cost, which answers without looking.
    #[arg(long, value_name = "URL")]
    pub(super) baseline: Option<Baseline>,
    /// Turns of each, with --baseline; --duration is shared by them.
    #[arg(long, default_value_t = 5, value_name = "N", requires = "baseline",
        value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(super) blocks: u16,
    /// Threads of the client; half of the cores unless given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(super) threads: Option<u16>,
}

/// What a target is measured beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Baseline {
    /// A server of our own that looks at nothing.
    Floor,
    /// Another webhook.
    Url(Url),
}

impl std::str::FromStr for Baseline {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "floor" { Ok(Self::Floor) } else { text.parse().map(Self::Url) }
    }
}

/// How to reach it.
#[derive(Args, Debug)]
#[command(next_help_heading = "Connection")]
pub(super) struct ConnectionArgs {
    /// CAs to trust, PEM; repeat for more.
    #[arg(long = "ca", value_name = "FILE")]
    pub(super) ca: Vec<PathBuf>,
    /// Believes whoever answers.
    #[arg(long, conflicts_with = "ca")]
    pub(super) insecure: bool,
    /// Client certificate, PEM.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(super) cert: Option<PathBuf>,
    /// Key of the client certificate, PEM.
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(super) key: Option<PathBuf>,
    /// Name to ask for and to verify; the host of the URL unless given.
    #[arg(long, value_name = "NAME")]
    pub(super) server_name: Option<String>,
    /// Takes TLS sessions up again, which an API server does not.
    #[arg(long)]
    pub(super) resume: bool,
    /// How long to wait for an answer; sent as ?timeout= too.
    #[arg(long, default_value = "10s", value_name = "TIME", value_parser = duration)]
    pub(super) timeout: Duration,
    /// Loads a target that is not on this machine. You must be allowed to.
    #[arg(long)]
    pub(super) allow_remote: bool,
}

/// What is said about it, and what is enough.
#[derive(Args, Debug)]
#[command(next_help_heading = "Thresholds and report")]
pub(super) struct ReportArgs {
    /// Most of the median latency.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) p50: Option<Duration>,
    /// Most of the 90th percentile.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) p90: Option<Duration>,
    /// Most of the 99th percentile.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) p99: Option<Duration>,
    /// Most of the 99.9th percentile.
    #[arg(long = "p99.9", value_name = "TIME", value_parser = duration)]
    pub(super) p999: Option<Duration>,
    /// Most of the longest latency.
    #[arg(long = "max", value_name = "TIME", value_parser = duration)]
    pub(super) longest: Option<Duration>,
    /// Errors that are put up with: a number or a percentage.
    #[arg(long, default_value = "0", value_name = "N")]
    pub(super) errors: Errors,
    /// Least number of answers a second.
    #[arg(long, value_name = "RATE")]
    pub(super) min_rate: Option<f64>,
    /// Process of the target, whose processor time and memory are reported.
    #[arg(long, value_name = "PID")]
    pub(super) pid: Option<u32>,
    /// Process of the baseline.
    #[arg(long, value_name = "PID", requires = "baseline")]
    pub(super) baseline_pid: Option<u32>,
    /// What the report shall say beside, such as commit=1a2b3c4; repeat for more.
    #[arg(long = "note", value_name = "KEY=VALUE", value_parser = note)]
    pub(super) notes: Vec<(String, String)>,
    /// Shows every review by itself.
    #[arg(long)]
    pub(super) by_review: bool,
    /// Output format; `json` prints one object.
    #[arg(long, short, value_enum, default_value = "text")]
    pub(super) output: Format,
}
