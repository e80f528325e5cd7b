//! What processes and threads have used, from Linux's `/proc`.

use std::io;
use std::path::Path;
use std::time::Duration;

/// Processor time is counted in hundredths of a second, whatever the kernel's
/// own clock is (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// What a process has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Processor time of all threads, ended ones included, in steps of 10 ms.
    pub processor: Duration,
    /// Resident memory now, in bytes.
    pub resident: u64,
    /// The most that was ever resident, in bytes.
    pub peak: u64,
}

impl Usage {
    /// Of a process, by its id; 0 is this one.
    ///
    /// # Errors
    /// If there is no such process, or no Linux.
    pub fn of(process: u32) -> io::Result<Self> {
        let name = if process == 0 { "self".to_owned() } else { process.to_string() };
        let folder = Path::new("/proc").join(name);
        let unreadable = || io::Error::other("unreadable");
        let status = std::fs::read_to_string(folder.join("status"))?;
        Ok(Self {
            processor: processor(&std::fs::read_to_string(folder.join("stat"))?)
                .ok_or_else(unreadable)?,
            resident: kibibytes(&status, "VmRSS:").ok_or_else(unreadable)?,
            peak: kibibytes(&status, "VmHWM:").ok_or_else(unreadable)?,
        })
    }
}

/// Processor time so far of this process's threads of a name, to the nanosecond;
/// zero where there is no Linux.
#[must_use]
pub fn thread_time(name: &str) -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten();
    let of = |path: &Path| {
        let found = std::fs::read_to_string(path.join("comm")).ok()?;
        let times = std::fs::read_to_string(path.join("schedstat")).ok()?;
        (found.trim() == name).then(|| times.split(' ').next()?.parse::<u64>().ok()).flatten()
    };
    Duration::from_nanos(tasks.filter_map(|task| of(&task.ok()?.path())).sum())
}

/// `utime` and `stime`, fields 14 and 15 of `stat`. The name in field 2 may hold
/// anything, so counting begins behind its last bracket.
fn processor(stat: &str) -> Option<Duration> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u32>().ok();
    Some(TICK * ticks()?.saturating_add(ticks()?))
}

fn kibibytes(status: &str, field: &str) -> Option<u64> {
    let rest = status.lines().find_map(|line| line.strip_prefix(field))?;
    Some(rest.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_behind_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 0 0 0 150 25 9 9 20 0 1 0 5 6 7";
        assert_eq!(processor(stat), Some(Duration::from_millis(1750)));
        assert_eq!(processor("7 (a"), None);
        let status = "Name:\ta\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\n";
        assert_eq!(kibibytes(status, "VmRSS:"), Some(1 << 20));
        assert_eq!(kibibytes(status, "VmSwap:"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_resident() {
        let usage = Usage::of(0).unwrap();
        assert!(usage.resident > 0 && usage.peak >= usage.resident, "{usage:?}");
        assert!(Usage::of(std::process::id()).unwrap().peak >= usage.peak);
        assert!(Usage::of(u32::MAX).is_err());
    }
}
