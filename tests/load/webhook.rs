//! Against the webhook that serves the examples.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::command::{bench, errors, file, path, report, row, stderr};
use crate::examples::Served;

/// Runs against a webhook of its own; `path` is that of the URL.
fn against(at: &str, args: &[&str]) -> Result<(Value, i32)> {
    let served = Served::start()?;
    let ca = file(&served.ca_pem)?;
    let url = format!("https://{}{at}", served.address);
    report(&[&[&url, "--ca", path(&ca)?], args].concat())
}

fn clean((report, code): (Value, i32)) -> Result<Value> {
    ensure!(code == 0 && errors(&report)?.is_empty(), "{report:#}");
    Ok(report)
}

pub(super) fn recorded() -> Result<()> {
    let more = ["--requests", "96", "--rate", "300", "--connections", "4"];
    for vary in ["", "--vary"] {
        let mut args = vec!["examples/reviews"];
        args.extend(more);
        args.extend(Some(vary).filter(|vary| !vary.is_empty()));
        let report = clean(against("", &args)?)?;
        let row = row(&report)?;
        ensure!(row["due"] == 96 && row["answered"] == 96 && row["missed"] == 0, "{row:#}");
        let verdicts = &row["verdicts"];
        for some in [&verdicts["patched"], &verdicts["denied"]["403"]] {
            ensure!(some.as_u64().is_some_and(|count| count > 0), "{verdicts}");
        }
        let reviews = row["reviews"].as_array().context("no reviews")?;
        let all = reviews.iter().all(|review| review["started"].as_u64() >= Some(2));
        ensure!(reviews.len() >= 30 && all, "{row:#}");
        let machine = &report["machine"];
        ensure!(machine["cores"].as_u64() >= Some(1), "{machine}");
        ensure!(report["commandLine"].as_array().is_some_and(|line| line.len() > 5));
        let tls = report["runs"][0]["tls"].as_str().context("no TLS")?;
        ensure!(tls.starts_with("TLSv1_3"), "{tls}");
    }
    Ok(())
}

pub(super) fn generated() -> Result<()> {
    // As often each: few of the largest, which a debug build takes its time for.
    let mix = "--generate=pods=3,workloads=8,updates=2,deletes=3,connects=2,subresources=5,\
               denied=4,unknown=1";
    for more in [&["--vary"][..], &["--arrivals", "poisson", "--seed", "9"]] {
        let args = [&[mix, "--requests", "112", "--rate", "200", "--duration", "1m"], more];
        let report = clean(against("", &args.concat())?)?;
        let verdicts = &row(&report)?["verdicts"];
        ensure!(verdicts["allowed"].as_u64() >= Some(80), "{verdicts}");
        ensure!(verdicts["denied"]["403"].as_u64() >= Some(10), "{verdicts}");
    }
    Ok(())
}

pub(super) fn after() -> Result<()> {
    let mix = "--generate=pods=2,workloads=8,denied=4";
    let args = [mix, "--after", "/mutate", "--requests", "56", "--rate", "200", "--vary"];
    let report = clean(against("/validate", &args)?)?;
    let verdicts = &row(&report)?["verdicts"];
    ensure!(verdicts["patched"] == 0, "a validating endpoint patches nothing: {verdicts}");
    ensure!(verdicts["allowed"].as_u64() >= Some(30), "{verdicts}");
    ensure!(verdicts["denied"]["403"].as_u64() >= Some(10), "{verdicts}");
    // Without it Pods lack what mutation would have given them.
    let unmutated = ["--generate=pods", "--no-answers", "--expect", "denied", "--requests", "9"];
    clean(against("/validate", &unmutated)?)?;
    Ok(())
}

pub(super) fn manifests() -> Result<()> {
    let rates = ["--requests", "40", "--rate", "200"];
    let allowed = ["examples/workloads/allowed/cronjob.yaml", "--expect", "allowed"];
    let report = clean(against("/mutate", &[&allowed[..], &rates].concat())?)?;
    let reviews = row(&report)?["reviews"].as_array().context("no reviews")?;
    let names: Vec<_> = reviews.iter().filter_map(|review| review["name"].as_str()).collect();
    ensure!(names.contains(&"cronjob.yaml (Pod)"), "{names:?}");
    let denied = ["examples/workloads/denied/privileged.yaml=3"];
    let expected = ["--expect", "denied=PodSecurityViolation"];
    clean(against("/mutate", &[&denied[..], &expected, &rates].concat())?)?;
    let wrong = ["--expect", "allowed"];
    let (report, code) = against("/mutate", &[&denied[..], &wrong, &rates].concat())?;
    ensure!(errors(&report)? == [("wrongVerdict".to_owned(), 40)] && code == 1, "{report:#}");
    Ok(())
}

pub(super) fn stages() -> Result<()> {
    let review = "examples/reviews/pod-create.json";
    let args = [review, "--stages", "50:200ms,100:200ms", "--connections", "1,3"];
    let (report, code) = against("", &args)?;
    ensure!(code == 0, "{report:#}");
    let runs = report["runs"].as_array().context("no runs")?;
    ensure!(runs.len() == 2 && runs[1]["connections"] == 3, "{report:#}");
    for run in runs {
        let rows = run["target"].as_array().context("no rows")?;
        let due: Vec<_> = rows.iter().map(|row| row["due"].as_u64()).collect();
        ensure!(due == [Some(10), Some(20)], "{rows:#?}");
        ensure!(rows[1]["wantedPerSecond"] == 100.0, "{rows:#?}");
        ensure!(run["thresholds"].as_array().is_some_and(|judged| judged.len() == 2));
    }
    Ok(())
}

pub(super) fn baseline() -> Result<()> {
    let served = Served::start()?;
    let ca = file(&served.ca_pem)?;
    let url = format!("https://{}", served.address);
    let pid = served.pid().to_string();
    let args = [&url, "examples/reviews", "--ca", path(&ca)?, "--pid", &pid, "--rate", "max"];
    let more = ["--baseline", "floor", "--blocks", "2", "--duration", "1s", "--connections", "2"];
    let (report, code) = report(&[&args[..], &more].concat())?;
    ensure!(code == 0, "{report:#}");
    let run = &report["runs"][0];
    let compared = run["compared"].as_array().context("nothing compared")?;
    let measures: Vec<_> = compared.iter().filter_map(|one| one["measure"].as_str()).collect();
    ensure!(measures == ["p50 ms", "p99 ms", "answers/s", "processor µs a review"], "{measures:?}");
    for one in compared.iter().take(3) {
        let ratio = &one["ratio"];
        ensure!(ratio["median"].as_f64().is_some_and(|ratio| ratio > 0.0), "{one:#}");
    }
    ensure!(run["baseline"][0]["errors"]["total"] == 0, "{run:#}");
    ensure!(run["used"]["residentBytes"].as_u64() > Some(1 << 20), "{run:#}");
    Ok(())
}

pub(super) fn slow() -> Result<()> {
    let args = ["examples/reviews", "--slow-clients", "2", "--requests", "30"];
    let report = clean(against("", &args)?)?;
    let slow = &report["runs"][0]["slowClients"];
    ensure!(slow["begun"].as_u64() >= Some(2), "{slow}");
    Ok(())
}

pub(super) fn text() -> Result<()> {
    let served = Served::start()?;
    let ca = file(&served.ca_pem)?;
    let url = format!("https://{}", served.address);
    let pid = served.pid().to_string();
    let args = [&url, "examples/reviews", "--ca", path(&ca)?, "--pid", &pid, "--by-review"];
    let more = ["--note", "commit=0badcafe", "--baseline", "floor", "--blocks", "2"];
    let rate = ["--duration", "600ms", "--warm-up", "100ms", "--rate", "100", "--p99", "1m"];
    let output = bench(&[&args[..], &more, &rate].concat()).output()?;
    let shown = String::from_utf8(output.stdout.clone())?;
    ensure!(output.status.code() == Some(0), "{shown}{}", stderr(&output));
    ensure!(output.stderr.is_empty(), "{}", stderr(&output));
    for line in shown.lines() {
        ensure!(line.chars().count() <= 100, "longer than 100 columns: {line}");
        ensure!(!line.contains('\u{1b}'), "coloured without a terminal: {line:?}");
    }
    for expected in [
        "beside floor",
        "open loop, fixed arrivals, 100/s",
        "commit: 0badcafe",
        "16 connections",
        "verdicts",
        "with a patch",
        "0 missed",
        "median of 2 (ends)",
        "pod-create.json",
        "met        p99 at most 60000 ms",
        "met        errors at most 0: 0 of 60",
    ] {
        ensure!(shown.contains(expected), "no {expected:?} in\n{shown}");
    }
    Ok(())
}
