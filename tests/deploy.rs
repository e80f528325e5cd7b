//! What is applied from `deploy/` is what the program prints.

use anyhow::{Result, ensure};

use crate::suite::Suite;

pub(crate) fn register(suite: &mut Suite) {
    suite.plain("deploy::is_generated", is_generated);
    suite.plain("deploy::readme_names_what_exists", readme_names_what_exists);
}

fn is_generated() -> Result<()> {
    let printed =
        std::process::Command::new(env!("CARGO_BIN_EXE_lessor")).arg("manifests").output()?;
    ensure!(printed.status.success());
    let kept = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/lessor.yaml"))?;
    ensure!(
        printed.stdout == kept,
        "deploy/lessor.yaml is not what `lessor manifests` prints; write it anew"
    );
    Ok(())
}

/// Files that the README points to.
fn readme_names_what_exists() -> Result<()> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("README.md"))?;
    let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    for link in
        links.chain(["tests/controlplane/playground", "examples/workloads/denied/privileged.yaml"])
    {
        ensure!(root.join(link).exists(), "README.md names {link}, which does not exist");
    }
    Ok(())
}
