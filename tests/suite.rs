//! Registers tests, gives them a control plane and reports how it went.
//!
//! There are three kinds. A *plain* test needs nothing. A *steady* test shares
//! the first control plane with others that run at the same time, so it stays
//! below its own name prefix. A *rough* test breaks things: it has the second
//! control plane for itself while it runs. A control plane starts only if a
//! selected test wants it, and is stopped at the end whatever happened.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::OnceCell;

use crate::controlplane::{ControlPlane, Unavailable};
use crate::installation::Installation;

/// A test that takes longer has failed.
const LIMIT: Duration = Duration::from_mins(3);
/// Tests mostly wait for others, so there are more of them than cores.
const THREADS: usize = 8;
const SLOWEST: usize = 10;

/// An error of a test that cannot run here: it is reported as ignored, with the reason.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Skip(pub(crate) String);

/// What a test with a control plane gets.
#[derive(Clone)]
pub(crate) struct Test {
    pub(crate) plane: Arc<ControlPlane>,
    /// Begins the names of everything the test makes; a DNS label of at most 28
    /// characters that no other test has.
    pub(crate) prefix: String,
    installation: Arc<OnceCell<Result<Arc<Installation>, String>>>,
}

impl Test {
    /// Lessor on this control plane, installed when it is first wanted.
    pub(crate) async fn lessor(&self) -> Result<Arc<Installation>> {
        let start = || async {
            let started = Installation::start(self.plane.clone()).await;
            started.map(Arc::new).map_err(|error| format!("installing Lessor: {error:#}"))
        };
        self.installation.get_or_init(start).await.clone().map_err(anyhow::Error::msg)
    }
}

/// All tests, before the command line has chosen among them.
pub(crate) struct Suite {
    runtime: Runtime,
    plain: Vec<Trial>,
    steady: Phase,
    rough: Phase,
    report: Arc<Report>,
}

struct Phase {
    stage: Arc<Stage>,
    trials: Vec<Trial>,
}

/// One control plane, started once when it is first wanted.
struct Stage {
    name: &'static str,
    plane: OnceCell<Result<Arc<ControlPlane>, Absent>>,
    installation: Arc<OnceCell<Result<Arc<Installation>, String>>>,
    /// Held by a rough test. The queue is fair, so they more or less keep their order.
    turn: tokio::sync::Mutex<()>,
    alone: bool,
    failed: AtomicBool,
    prefixes: AtomicU32,
}

/// Why there is no control plane; every test that wants it gets the same answer.
#[derive(Clone)]
enum Absent {
    Unavailable(Unavailable),
    Broken(String),
}

#[derive(Default)]
struct Report {
    times: Mutex<Vec<(Duration, String)>>,
    skipped: Mutex<Vec<String>>,
}

impl Suite {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            runtime: tokio::runtime::Builder::new_multi_thread().enable_all().build()?,
            plain: Vec::new(),
            steady: Phase::new("steady", false),
            rough: Phase::new("rough", true),
            report: Arc::default(),
        })
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// A test that needs no control plane.
    pub(crate) fn plain(&mut self, name: &str, body: impl FnOnce() -> Result<()> + Send + 'static) {
        let report = self.report.clone();
        self.plain.push(Trial::ignorable_test(name, {
            let name = name.to_owned();
            move || report.judge(&name, body)
        }));
    }

    /// A test on the first control plane, beside others.
    pub(crate) fn steady<F: Future<Output = Result<()>>>(
        &mut self,
        name: &str,
        body: impl FnOnce(Test) -> F + Send + 'static,
    ) {
        let trial = self.trial(&self.steady.stage, name, body);
        self.steady.trials.push(trial);
    }

    /// A test on the second control plane, one at a time.
    pub(crate) fn rough<F: Future<Output = Result<()>>>(
        &mut self,
        name: &str,
        body: impl FnOnce(Test) -> F + Send + 'static,
    ) {
        let trial = self.trial(&self.rough.stage, name, body);
        self.rough.trials.push(trial);
    }

    fn trial<F: Future<Output = Result<()>>>(
        &self,
        stage: &Arc<Stage>,
        name: &str,
        body: impl FnOnce(Test) -> F + Send + 'static,
    ) -> Trial {
        let (stage, report) = (stage.clone(), self.report.clone());
        let runtime = self.runtime.handle().clone();
        let full = format!("{}::{name}", stage.name);
        Trial::ignorable_test(full.clone(), move || {
            let _turn = stage.alone.then(|| runtime.block_on(stage.turn.lock()));
            let plane = match runtime.block_on(stage.plane()) {
                Ok(plane) => plane,
                Err(Absent::Unavailable(why)) => return Ok(report.skip(&full, &why.to_string())),
                Err(Absent::Broken(why)) => return Err(why.into()),
            };
            let prefix = stage.prefix(&full);
            let installation = stage.installation.clone();
            let test = Test { plane, prefix, installation };
            // Set until the test has come to an end, because it may panic.
            let failed_before = stage.failed.swap(true, Ordering::SeqCst);
            let outcome = report.judge(&full, || within_limit(&runtime, body(test)));
            match outcome {
                Ok(_) => stage.failed.store(failed_before, Ordering::SeqCst),
                Err(_) => return outcome.map_err(|failed| stage.explain(&failed)),
            }
            outcome
        })
    }

    /// Runs what the arguments select. Nothing is left running afterwards.
    pub(crate) fn run(self, mut args: Arguments) -> ExitCode {
        args.test_threads.get_or_insert(THREADS);
        let phases = [&self.steady, &self.rough];
        if !args.list {
            for phase in phases {
                let wanted = |trial| !args.is_filtered_out(trial) && !args.is_ignored(trial);
                if phase.trials.iter().any(wanted) {
                    let stage = phase.stage.clone();
                    self.runtime.spawn(async move { stage.plane().await });
                }
            }
        }
        let stages = phases.map(|phase| phase.stage.clone());
        // Rough tests come last: a thread that waits for its turn keeps no other test back.
        let mut trials = self.plain;
        trials.extend(self.steady.trials);
        trials.extend(self.rough.trials);
        let conclusion = libtest_mimic::run(&args, trials);
        for stage in stages {
            stage.close();
        }
        self.report.print();
        conclusion.exit_code()
    }
}

impl Phase {
    fn new(name: &'static str, alone: bool) -> Self {
        Self {
            stage: Arc::new(Stage {
                name,
                plane: OnceCell::new(),
                installation: Arc::default(),
                turn: tokio::sync::Mutex::new(()),
                alone,
                failed: AtomicBool::new(false),
                prefixes: AtomicU32::new(0),
            }),
            trials: Vec::new(),
        }
    }
}

impl Stage {
    async fn plane(&self) -> Result<Arc<ControlPlane>, Absent> {
        let start = || async {
            match ControlPlane::start(self.name).await {
                Ok(plane) => Ok(Arc::new(plane)),
                Err(error) => Err(match error.downcast_ref::<Unavailable>() {
                    Some(why) => Absent::Unavailable(why.clone()),
                    None => Absent::Broken(format!("control plane {}: {error:#}", self.name)),
                }),
            }
        };
        self.plane.get_or_init(start).await.clone()
    }

    fn prefix(&self, name: &str) -> String {
        let number = self.prefixes.fetch_add(1, Ordering::Relaxed);
        let words = name.rsplit("::").next().unwrap_or_default();
        let words: String = words.chars().take(22).collect();
        let words = words.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        format!("{}-{}{number}", words.trim_matches('-'), &self.name[..1])
    }

    fn kept_logs(&self) -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("logs-{}", self.name))
    }

    fn explain(&self, failed: &Failed) -> Failed {
        format!(
            "{}\nlogs of the components: {}",
            failed.message().unwrap_or("failed"),
            self.kept_logs().display()
        )
        .into()
    }

    fn close(&self) {
        let Some(Ok(plane)) = self.plane.get() else {
            return;
        };
        if self.failed.load(Ordering::SeqCst)
            && let Err(error) = plane.keep_logs(&self.kept_logs())
        {
            eprintln!("control plane {}: logs are lost: {error:#}", self.name);
        }
        if let Err(error) = plane.stop() {
            eprintln!("control plane {}: {error:#}", self.name);
        }
    }
}

fn within_limit(runtime: &Handle, body: impl Future<Output = Result<()>>) -> Result<()> {
    runtime.block_on(async {
        tokio::time::timeout(LIMIT, body)
            .await
            .unwrap_or_else(|_| Err(anyhow::anyhow!("not done after {} s", LIMIT.as_secs())))
    })
}

impl Report {
    /// Runs a test, takes its time and tells failure from [`Skip`].
    fn judge(&self, name: &str, body: impl FnOnce() -> Result<()>) -> Result<Completion, Failed> {
        let began = Instant::now();
        let outcome = body();
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.push((began.elapsed(), name.to_owned()));
        match outcome {
            Ok(()) => Ok(Completion::Completed),
            Err(error) => match error.downcast_ref::<Skip>() {
                Some(why) => Ok(self.skip(name, &why.to_string())),
                None => Err(format!("{error:#}").into()),
            },
        }
    }

    fn skip(&self, name: &str, why: &str) -> Completion {
        let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        skipped.push(format!("{name}: {why}"));
        Completion::ignored_with(why)
    }

    fn print(&self) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.sort_by(|a, b| b.cmp(a));
        if times.len() > 1 {
            eprintln!("slowest tests:");
        }
        for (time, name) in times.iter().take(SLOWEST).filter(|_| times.len() > 1) {
            eprintln!("{:>8.2} s  {name}", time.as_secs_f64());
        }
        let skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        if !skipped.is_empty() {
            eprintln!("\n*** {} TESTS DID NOT RUN ***", skipped.len());
            for line in skipped.iter() {
                eprintln!("*** {line}");
            }
        }
    }
}
