//! Running the command and reading its report.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// The command with these arguments, in the repository.
pub(super) fn bench(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lessor"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("LESSOR_LOG")
        .arg("bench")
        .args(args)
        .stdin(Stdio::null());
    command
}

/// Runs it without a warm-up and returns its report, and its exit code.
pub(super) fn report(args: &[&str]) -> Result<(Value, i32)> {
    let args = [args, &["-o", "json", "--warm-up", "0s"]].concat();
    let output = bench(&args).output()?;
    let code = output.status.code().context("killed")?;
    ensure!(code != 2, "{}", stderr(&output));
    let report = serde_json::from_slice(&output.stdout).with_context(|| stderr(&output))?;
    Ok((report, code))
}

pub(super) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The only row of a report of one run.
pub(super) fn row(report: &Value) -> Result<&Value> {
    let rows = report["runs"][0]["target"].as_array().context("no rows")?;
    ensure!(rows.len() == 1 && report["runs"][1].is_null(), "{report:#}");
    Ok(&rows[0])
}

/// The only row of a run that must have these errors, by class, and no others.
pub(super) fn errors(report: &Value) -> Result<Vec<(String, u64)>> {
    let classes = row(report)?["errors"]["byClass"].as_object().context("no classes")?;
    Ok(classes.iter().map(|(class, count)| (class.clone(), count.as_u64().unwrap())).collect())
}

/// A file that is gone with this value.
pub(super) fn file(text: &str) -> Result<tempfile::NamedTempFile> {
    let mut file = tempfile::Builder::new().suffix(".json").tempfile()?;
    file.write_all(text.as_bytes())?;
    Ok(file)
}

/// The path of a file, as an argument.
pub(super) fn path(file: &tempfile::NamedTempFile) -> Result<&str> {
    file.path().to_str().context("not UTF-8")
}
