//! The image holds one file: a static binary that needs nothing beside it.
//!
//! Where no image can be built it is shown without one: what this very run was
//! made of is linked once more, statically as in `Containerfile`, and runs as
//! nobody in a root directory with nothing in it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use super::dial::Dial;
use super::review::{Said, config_map, denied, said};
use super::wire::{run, tenant_file};
use crate::controlplane::free_ports;
use crate::eventually::eventually;
use crate::installation::{get, run_lessor};
use crate::suite::{Skip, Suite};

const START: Duration = Duration::from_secs(30);
/// Crates that `src/main.rs` names.
const NAMED: [&str; 3] = ["lessor", "clap", "rustls"];
/// The user of the image.
const NOBODY: &str = "--userspec=65532:65532";

pub(super) fn register(suite: &mut Suite) {
    suite.plain("image::runs_in_an_empty_root", || run(runs_in_an_empty_root));
}

async fn runs_in_an_empty_root() -> Result<()> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let root = folder.path();
    std::fs::set_permissions(root, std::fs::Permissions::from_mode(0o755))?;
    let binary = root.join("lessor");
    link(&binary).await?;
    ensure!(!has_interpreter(&std::fs::read(&binary)?)?, "it asks for a dynamic linker");
    let jail = Jail::find(root).await?;

    let version = jail.output(&["--version"]).await?;
    ensure!(version.status.success(), "{version:?}");
    let text = String::from_utf8(version.stdout)?;
    ensure!(text.trim() == format!("lessor {}", env!("CARGO_PKG_VERSION")), "{text}");
    let manifests = jail.output(&["manifests"]).await?;
    ensure!(String::from_utf8(manifests.stdout)? == run_lessor(&["manifests"]).await?);

    tenant_file(root)?;
    let [port, health] = free_ports()?;
    let (listen, probes) =
        (format!("--listen=127.0.0.1:{port}"), format!("--health-listen=127.0.0.1:{health}"));
    let mut command = jail.command(&["webhook", &listen, &probes, "--static", "/tenant.yaml"]);
    command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut webhook = command.spawn()?;
    let mut output = webhook.stdout.take().context("no output")?;
    let mut ca = Vec::new();
    while !ca.ends_with(b"-----END CERTIFICATE-----\n") {
        ensure!(output.read_buf(&mut ca).await? > 0, "no certificate was printed");
    }
    eventually(START, async || {
        let (status, text) = get(health, "/readyz").await?;
        ensure!(status == 200, "{status} {text}");
        Ok(())
    })
    .await?;
    let dial = Dial::new(port, &String::from_utf8(ca)?, None)?;
    let mut reserved = config_map("acme");
    reserved["request"]["object"]["metadata"]["name"] = json!("lessor-x");
    for (review, expected) in
        [(config_map("acme"), Said::Allowed), (reserved, denied(403, "ReservedNameForbidden"))]
    {
        let verdict = said(&dial.post("/validate", review.to_string()).await?)?;
        ensure!(verdict == expected, "{verdict:?}");
    }
    webhook.kill().await?;
    Ok(())
}

/// Links the objects of this run into a static binary.
async fn link(to: &Path) -> Result<()> {
    let home = env!("CARGO_MANIFEST_DIR");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["test", "--no-run", "--locked", "--message-format=json"]).current_dir(home);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    // What cargo tells this process about its package, some build scripts watch:
    // they would run again, and everything after them would be built anew.
    for (name, _) in std::env::vars_os() {
        let own = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_", "OUT_DIR"];
        if name.to_str().is_some_and(|name| own.iter().any(|prefix| name.starts_with(prefix))) {
            build.env_remove(name);
        }
    }
    let built = build.stdin(Stdio::null()).output().await?;
    ensure!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let built = String::from_utf8(built.stdout)?;
    let mut linking = Command::new("rustc");
    linking.current_dir(home).args(["src/main.rs", "--edition=2024", "--crate-name=lessor"]);
    for name in NAMED {
        let library = library(&built, name).with_context(|| format!("no library of {name}"))?;
        let folder = library.parent().context("it has a folder")?;
        linking.arg(format!("--extern={name}={}", library.display()));
        linking.arg(format!("-Ldependency={}", folder.display()));
    }
    linking.args(["-Ctarget-feature=+crt-static", "-Cstrip=debuginfo", "-o"]).arg(to);
    let linked = linking.output().await.context("cannot run `rustc`")?;
    let said = String::from_utf8_lossy(&linked.stderr);
    if said.contains("cannot find -l") || said.contains("unable to find library") {
        let why = "there is no static C library to link with; install libc6-dev (Debian) or \
                   glibc-static (Fedora)";
        return Err(Skip(why.to_owned()).into());
    }
    ensure!(linked.status.success(), "{said}");
    Ok(())
}

/// The library of a crate among what cargo says it has built.
fn library(built: &str, name: &str) -> Option<PathBuf> {
    let artifacts = built.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let is_wanted = |artifact: &Value| {
        artifact["reason"] == "compiler-artifact"
            && artifact["target"]["name"] == name
            && artifact["profile"]["test"] == false
    };
    artifacts.filter(is_wanted).find_map(|artifact| {
        let files = artifact["filenames"].as_array()?.iter().filter_map(Value::as_str);
        files.map(PathBuf::from).find(|file| file.extension().is_some_and(|e| e == "rlib"))
    })
}

/// Whether an ELF file of 64 bits, little endian, names a program to load it.
fn has_interpreter(elf: &[u8]) -> Result<bool> {
    const INTERPRETER: [u8; 4] = 3_u32.to_le_bytes();
    ensure!(elf.starts_with(b"\x7fELF\x02\x01"), "not such a file");
    let half = |at: usize| -> Result<usize> {
        Ok(usize::from(u16::from_le_bytes(elf.get(at..at + 2).context("cut off")?.try_into()?)))
    };
    let offset = u64::from_le_bytes(elf.get(0x20..0x28).context("cut off")?.try_into()?);
    let (offset, size, count) = (usize::try_from(offset)?, half(0x36)?, half(0x38)?);
    let headers = (0..count).map(|index| offset + index * size);
    let kinds: Option<Vec<&[u8]>> = headers.map(|at| elf.get(at..at + 4)).collect();
    Ok(kinds.context("cut off")?.contains(&&INTERPRETER[..]))
}

/// How a program is run in another root directory here.
struct Jail {
    root: PathBuf,
    program: &'static str,
    flags: &'static [&'static str],
}

impl Jail {
    /// As nobody by way of root, or in a user namespace of one's own.
    async fn find(root: &Path) -> Result<Self> {
        let mut why = Vec::new();
        for (program, flags) in
            [("chroot", &[NOBODY][..]), ("unshare", &["--user", "--map-root-user", "chroot"][..])]
        {
            let jail = Self { root: root.to_owned(), program, flags };
            match jail.output(&["--version"]).await {
                Ok(output) if output.status.success() => return Ok(jail),
                Ok(output) => why.push(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
                Err(error) => why.push(format!("{error:#}")),
            }
        }
        let why = why.join("; ");
        Err(Skip(format!("no other root directory can be entered here: {why}")).into())
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(self.program);
        command.args(self.flags).arg(&self.root).arg("/lessor").args(args);
        // Nothing of this machine's: no home, no variables, no input.
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).stdin(Stdio::null());
        command
    }

    async fn output(&self, args: &[&str]) -> Result<Output> {
        self.command(args).output().await.with_context(|| self.program)
    }
}
