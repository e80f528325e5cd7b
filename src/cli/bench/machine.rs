//! What a figure was measured on, so that it can be told with it.

use std::fs::read_to_string;

use serde::Serialize;

/// A machine. What Linux does not say is empty or zero.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Machine {
    pub(super) system: &'static str,
    pub(super) kernel: String,
    pub(super) architecture: &'static str,
    pub(super) processor: String,
    pub(super) cores: usize,
    pub(super) memory_bytes: u64,
    /// Of the last minute, before the run.
    pub(super) load_average: f64,
}

impl Machine {
    /// This one.
    pub(super) fn this() -> Self {
        let file = |path: &str| read_to_string(path).unwrap_or_default();
        let load = file("/proc/loadavg");
        Self {
            system: std::env::consts::OS,
            kernel: file("/proc/sys/kernel/osrelease").trim().to_owned(),
            architecture: std::env::consts::ARCH,
            processor: field(&file("/proc/cpuinfo"), "model name").unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            memory_bytes: memory(&file("/proc/meminfo")).unwrap_or_default(),
            load_average: load.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(0.0),
        }
    }
}

fn field(text: &str, name: &str) -> Option<String> {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.into_iter().find(|(key, _)| key.trim() == name)?;
    Some(value.trim().to_owned())
}

fn memory(text: &str) -> Option<u64> {
    let kibibytes = field(text, "MemTotal")?;
    Some(kibibytes.split(' ').next()?.parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_kernel_are_read() {
        let text = "processor\t: 0\nmodel name\t: A: B\n";
        assert_eq!(field(text, "model name").as_deref(), Some("A: B"));
        assert_eq!(memory("MemTotal:        2048 kB\nMemFree: 1 kB\n"), Some(2 << 20));
        assert_eq!(memory(""), None);
        assert!(Machine::this().cores > 0);
    }
}
