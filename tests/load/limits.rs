//! What is enough, what cannot be done, and when to stop.

use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::command::{bench, file, path, report, stderr};
use super::targets::Target;
use crate::controlplane::{Authority, free_ports};
use crate::examples::Served;

const REVIEW: &str = "examples/reviews/pod-create.json";

pub(super) fn thresholds() -> Result<()> {
    let target = Target::answering()?;
    let (good, fails) = (target.url("/good"), target.url("/fails"));
    for (url, flags, expected) in [
        (&good, &["--p99", "1m", "--max", "1m", "--min-rate", "0.001"][..], 0),
        (&good, &["--p99", "1ns"], 1),
        (&good, &["--p50", "1m", "--p99.9", "1ns"], 1),
        (&good, &["--min-rate", "1000000"], 1),
        (&fails, &[], 1),
        (&fails, &["--errors", "3"], 1),
        (&fails, &["--errors", "4"], 0),
        (&fails, &["--errors", "100%"], 0),
    ] {
        let args = [url, REVIEW, "--requests", "4", "--no-answers"];
        let (report, code) = report(&[&args[..], flags].concat())?;
        ensure!(code == expected, "{flags:?}: {code}: {report:#}");
        let judged = report["runs"][0]["thresholds"][0].as_array().context("not judged")?;
        let met = judged.iter().all(|one| one["met"] == true);
        ensure!(met == (expected == 0), "{judged:#?}");
    }
    Ok(())
}

pub(super) fn cannot_run() -> Result<()> {
    let served = Served::start()?;
    let (ours, theirs) = (file(&served.ca_pem)?, file(&Authority::new("theirs")?.certificate())?);
    let [nobody] = free_ports()?;
    let url = format!("https://{}/validate", served.address);
    let gone = format!("https://127.0.0.1:{nobody}/validate");
    let empty = file("")?;
    for (args, expected) in [
        (vec![url.as_str()], "--ca FILE is needed, or --insecure"),
        (vec![&url, "--ca", path(&theirs)?], "cannot be reached: TLS: TLS with 127.0.0.1"),
        (vec![&url, "--ca", path(&ours)?, "--server-name", "other.example"], "TLS: TLS with"),
        (vec![&url, "--ca", path(&empty)?], "no certificate found"),
        (vec![&url, "--ca", "no/such/file"], "no/such/file"),
        (vec![&gone, "--ca", path(&ours)?], "connection refused"),
        (vec!["https://192.0.2.1/v", "--insecure"], "192.0.2.1 is not this machine"),
        (vec!["https://no-such-host.invalid", "--insecure"], "the host cannot be found"),
        (vec!["localhost:8443"], "neither https nor http"),
        (vec![&url, "--ca", path(&ours)?, "no/such/review.json"], "cannot be read"),
        (
            vec![
                "https://localhost",
                "--insecure",
                "examples/workloads/allowed/pod.yaml",
                "--server-name",
                "not a name",
            ],
            "is no server name",
        ),
    ] {
        let output = bench(&args).output()?;
        let said = stderr(&output);
        ensure!(output.status.code() == Some(2), "{args:?}: {said}");
        ensure!(said.contains(expected), "{args:?}: {said}");
    }
    let nowhere = format!("https://{}", served.address);
    let args = [&nowhere, "examples/workloads/allowed/pod.yaml", "--ca", path(&ours)?];
    let output = bench(&args).output()?;
    ensure!(output.status.code() == Some(2) && stderr(&output).contains("give the URL a path"));
    Ok(())
}

pub(super) fn interrupted() -> Result<()> {
    let target = Target::answering()?;
    let url = target.url("/good");
    let args = [&url, REVIEW, "--no-answers", "--duration", "10m", "-o", "json"];
    let more = ["--warm-up", "0s", "--rate", "50"];
    let child = bench(&[&args[..], &more].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let began = Instant::now();
    while target.seen.load(Ordering::SeqCst) < 3 {
        ensure!(began.elapsed() < Duration::from_secs(60), "nothing was sent");
        std::thread::sleep(Duration::from_millis(10));
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status()?;
    let output = child.wait_with_output()?;
    ensure!(killed.success() && output.status.code() == Some(0), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout)?;
    ensure!(report["interrupted"] == true, "{report:#}");
    let row = &report["runs"][0]["target"][0];
    ensure!(row["answered"].as_u64() >= Some(2), "{row:#}");
    Ok(())
}
