//! Builds the programs from published Go modules, once a machine.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// What the server and kubectl say they are; go.mod pins the same release.
const VERSION: &str = "v1.36.2";
const MAJOR_MINOR: [&str; 2] = ["1", "36"];
const COMMIT: &str = "24e2b02af5543d7910c2bb074c7264df5a8f0467";
const COMMIT_DATE: &str = "2026-06-11T18:09:07Z";
/// Without these link-time variables the server says v0.0.0-master, and clients get confused.
const VERSION_PACKAGES: [&str; 2] =
    ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"];

const SOURCES: [&str; 5] = ["main.go", "guard.go", "guard_only.go", "go.mod", "go.sum"];
const LINKS: [&str; 5] =
    ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"];
/// The multi-call binary: any of [`LINKS`], and the guard under its own name.
pub(crate) const MULTICALL: &str = "controlplane";

/// The cache folder with `program`, built if it is not there yet.
pub(crate) fn built(program: &str, what: &[&str]) -> Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/controlplane");
    let cache = cache()?;
    let wanted = cache.join(fingerprint(&source)?);
    if wanted.join(program).exists() {
        return Ok(wanted);
    }
    let _lock = lock(&cache)?;
    if !wanted.join(program).exists() {
        // Made aside and renamed, so that half a build is never found.
        let aside = cache.join("building");
        if aside.exists() {
            fs::remove_dir_all(&aside)?;
        }
        fs::create_dir_all(&aside)?;
        build(&source, &aside, program, what)?;
        if program == MULTICALL {
            for link in LINKS {
                std::os::unix::fs::symlink(MULTICALL, aside.join(link))?;
            }
        }
        fs::create_dir_all(&wanted)?;
        for entry in fs::read_dir(&aside)? {
            let entry = entry?;
            // The program is what the next run looks for, so it comes last.
            if entry.file_name() != program {
                fs::rename(entry.path(), wanted.join(entry.file_name()))?;
            }
        }
        fs::rename(aside.join(program), wanted.join(program))?;
        fs::remove_dir(&aside)?;
    }
    Ok(wanted)
}

fn cache() -> Result<PathBuf> {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .context("neither XDG_CACHE_HOME nor a home directory")?;
    let cache = base.join("lessor/controlplane");
    fs::create_dir_all(&cache).with_context(|| cache.display().to_string())?;
    Ok(cache)
}

/// Sixteen hex digits that change with anything that is built.
fn fingerprint(source: &Path) -> Result<String> {
    let mut digest = Sha256::new();
    for name in SOURCES {
        let text = fs::read(source.join(name)).with_context(|| name.to_owned())?;
        digest.update(name);
        digest.update(text.len().to_le_bytes());
        digest.update(text);
    }
    digest.update(link_flags());
    let digest = digest.finalize();
    let first = digest.first_chunk().context("a digest is longer")?;
    Ok(format!("{:016x}", u64::from_be_bytes(*first)))
}

fn lock(cache: &Path) -> Result<File> {
    let lock = File::create(cache.join(".lock"))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("control plane: waiting for another run that is building it");
            lock.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    Ok(lock)
}

fn build(source: &Path, into: &Path, program: &str, what: &[&str]) -> Result<()> {
    let log = into.join("build.log");
    let began = Instant::now();
    let mut child = Command::new("go")
        .args(["build", "-trimpath", "-buildvcs=false", "-mod=readonly"])
        .args(["-ldflags", &link_flags(), "-o"])
        .arg(into.join(program))
        .args(what)
        .current_dir(source)
        .env("CGO_ENABLED", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(&log)?)
        .spawn()
        .context("cannot run `go`")?;
    eprintln!(
        "control plane: building {program} from published Go modules, once a machine; with an \
         empty Go build cache etcd and Kubernetes take about five minutes and 3 GB"
    );
    let mut said = Duration::ZERO;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        sleep(Duration::from_millis(100));
        if began.elapsed() >= said + Duration::from_secs(15) {
            said = began.elapsed();
            eprintln!("control plane: still building, {} s", said.as_secs());
        }
    };
    if !status.success() {
        let text = fs::read_to_string(&log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        bail!("`go build` failed: {}", lines[lines.len().saturating_sub(5)..].join(" / "));
    }
    eprintln!("control plane: built in {} s", began.elapsed().as_secs());
    Ok(())
}

fn link_flags() -> String {
    let [major, minor] = MAJOR_MINOR;
    let variables = [
        ("gitVersion", VERSION),
        ("gitMajor", major),
        ("gitMinor", minor),
        ("gitCommit", COMMIT),
        ("gitTreeState", "clean"),
        ("buildDate", COMMIT_DATE),
    ];
    let set = VERSION_PACKAGES
        .iter()
        .flat_map(|package| variables.map(|(name, value)| format!(" -X {package}.{name}={value}")));
    format!("-s -w{}", set.collect::<String>())
}
