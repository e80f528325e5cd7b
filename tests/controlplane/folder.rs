//! The run folder and the ports of one control plane.

use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

/// etcd alone sets 128 MB aside; container engines give `/dev/shm` 64 MB.
const ROOM_KIB: u64 = 512 * 1024;

/// A new private folder, in memory where there is room: etcd's latency is the disk's.
pub(crate) fn create(name: &str) -> Result<PathBuf> {
    let shared = Path::new("/dev/shm");
    let parent = if room(shared).is_some_and(|kib| kib > ROOM_KIB) {
        shared.to_owned()
    } else {
        std::env::temp_dir()
    };
    let folder = parent.join(format!("lessor-{name}-{}", uuid::Uuid::new_v4().simple()));
    fs::DirBuilder::new()
        .mode(0o700)
        .create(&folder)
        .with_context(|| folder.display().to_string())?;
    Ok(folder)
}

/// Free KiB below `path`, if it can be asked.
fn room(path: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(path).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

/// Below the range that outgoing connections take theirs from: a component that
/// is restarted must find its port free.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// `N` different loopback ports that are free now and were not given before.
pub(crate) fn free_ports<const N: usize>() -> Result<[u16; N]> {
    let (_, seed, ..) = uuid::Uuid::new_v4().as_fields();
    let (before, after) = {
        let start = PORTS.start + seed % (PORTS.end - PORTS.start);
        (PORTS.start..start, start..PORTS.end)
    };
    // Whoever was given a port may not listen on it yet.
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    let free =
        |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok() && given.insert(*port);
    let found: Vec<u16> = after.chain(before).filter(free).take(N).collect();
    found.try_into().ok().context("no free loopback ports")
}
