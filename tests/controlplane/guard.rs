//! Talks to the guard process, which owns the components (`guard.go`).

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::timeout;

/// A process that ends with the control plane.
#[derive(Debug, Serialize)]
pub(crate) struct Component {
    pub(crate) name: String,
    /// The program and its arguments.
    pub(crate) args: Vec<String>,
    /// `NAME=value`, added to the environment of the tests.
    pub(crate) env: Vec<String>,
    /// Standard output and error are appended here.
    pub(crate) log: PathBuf,
}

#[derive(Debug, Deserialize)]
struct Report {
    event: String,
    name: String,
    #[serde(default)]
    pid: u32,
    #[serde(default)]
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Asked,
    Running(u32),
    Exited(String),
    Refused(String),
}

type States = BTreeMap<String, State>;

/// Longer than the three seconds after which the guard kills.
const PATIENCE: Duration = Duration::from_secs(10);

/// The guard process. It ends everything when its standard input closes, which
/// happens on [`Guard::finish`], when this is dropped, and when we are killed.
pub(crate) struct Guard {
    input: Mutex<Option<ChildStdin>>,
    child: Mutex<Child>,
    pid: u32,
    states: watch::Receiver<States>,
    asked: watch::Sender<States>,
}

impl Guard {
    /// `folder` is removed when everything has ended.
    pub(crate) fn start(program: &Path, folder: &Path) -> Result<Self> {
        let mut command = Command::new(program);
        // An API server would send webhook calls to a proxy of the machine.
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env_remove(name).env_remove(name.to_ascii_lowercase());
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C at a terminal is for us; the guard then sees its input close.
            .process_group(0)
            .spawn()
            .with_context(|| program.display().to_string())?;
        let output = child.stdout.take().context("guard without output")?;
        let input = child.stdin.take();
        let (asked, states) = watch::channel(States::new());
        let heard = asked.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Ok(report) = serde_json::from_str::<Report>(&line) {
                    heard.send_modify(|states| note(states, report));
                }
            }
        });
        let guard = Self {
            input: Mutex::new(input),
            pid: child.id(),
            child: Mutex::new(child),
            states,
            asked,
        };
        guard.tell(&json!({"folder": folder, "remove": true, "components": []}))?;
        Ok(guard)
    }

    pub(crate) fn process(&self) -> u32 {
        self.pid
    }

    /// The process id of a component that is running.
    pub(crate) fn pid(&self, name: &str) -> Option<u32> {
        match self.states.borrow().get(name) {
            Some(State::Running(pid)) => Some(*pid),
            _ => None,
        }
    }

    /// Why a component is not running, if it is not.
    pub(crate) fn ended(&self, name: &str) -> Option<String> {
        match self.states.borrow().get(name) {
            Some(State::Exited(text) | State::Refused(text)) => Some(text.clone()),
            _ => None,
        }
    }

    /// Adds a component and starts it. Returns its process id.
    pub(crate) async fn add(&self, component: &Component) -> Result<u32> {
        self.begin(&component.name, &json!({"add": component})).await
    }

    /// Starts a component again that has ended.
    pub(crate) async fn start_again(&self, name: &str) -> Result<u32> {
        self.begin(name, &json!({"start": name})).await
    }

    /// SIGTERM, after three seconds SIGKILL; returns when it has ended.
    pub(crate) async fn stop(&self, name: &str) -> Result<()> {
        self.end(name, &json!({"stop": name})).await
    }

    /// SIGKILL; returns when it has ended.
    pub(crate) async fn kill(&self, name: &str) -> Result<()> {
        self.end(name, &json!({"kill": name})).await
    }

    /// Ends every component and the guard; removes the run folder. Blocks.
    pub(crate) fn finish(&self) -> Result<()> {
        self.input.lock().map_err(poisoned)?.take();
        let status = self.child.lock().map_err(poisoned)?.wait()?;
        anyhow::ensure!(status.success(), "the guard ended with {status}");
        Ok(())
    }

    async fn begin(&self, name: &str, command: &serde_json::Value) -> Result<u32> {
        self.asked.send_modify(|states| {
            states.insert(name.to_owned(), State::Asked);
        });
        self.tell(command)?;
        match self.when(name, |state| *state != State::Asked).await? {
            State::Running(pid) => Ok(pid),
            state => bail!("{name} did not start: {state:?}"),
        }
    }

    async fn end(&self, name: &str, command: &serde_json::Value) -> Result<()> {
        self.tell(command)?;
        self.when(name, |state| !matches!(state, State::Running(_))).await?;
        Ok(())
    }

    async fn when(&self, name: &str, wanted: impl Fn(&State) -> bool) -> Result<State> {
        let mut states = self.states.clone();
        let reached = states.wait_for(|states| states.get(name).is_some_and(&wanted));
        let states = timeout(PATIENCE, reached)
            .await
            .with_context(|| format!("the guard says nothing of {name}"))??;
        states.get(name).cloned().context("state lost")
    }

    fn tell(&self, command: &serde_json::Value) -> Result<()> {
        let mut input = self.input.lock().map_err(poisoned)?;
        let input = input.as_mut().context("the control plane was stopped")?;
        writeln!(input, "{command}").context("the guard has ended")
    }
}

fn note(states: &mut States, report: Report) {
    let state = match report.event.as_str() {
        "started" => State::Running(report.pid),
        "exited" => State::Exited(report.text),
        _ => State::Refused(report.text),
    };
    states.insert(report.name, state);
}

fn poisoned<T>(_: std::sync::PoisonError<T>) -> anyhow::Error {
    anyhow!("a test panicked while it spoke to the guard")
}
