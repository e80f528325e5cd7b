//! Where the programs of a control plane come from.

use std::path::{Path, PathBuf};
use std::{fmt, fs};

use anyhow::{Context, Result};

use super::build::{MULTICALL, built};

const NEEDED: [&str; 4] = ["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"];
const INSTALL: &str = "install Go 1.26 or newer, or set KUBEBUILDER_ASSETS to a folder with \
                       etcd, kube-apiserver, kube-controller-manager and kubectl";

/// There is no control plane on this machine: why, and what to install.
#[derive(Debug, Clone)]
pub(crate) struct Unavailable(String);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no control plane: {}; {INSTALL}", self.0)
    }
}

impl std::error::Error for Unavailable {}

/// The programs of a control plane, ready to run.
#[derive(Debug, Clone)]
pub(crate) struct Binaries {
    folder: PathBuf,
    guard: PathBuf,
}

impl Binaries {
    /// Takes `KUBEBUILDER_ASSETS`, else what an earlier run built, else builds it
    /// (minutes, once a machine; says so on standard error). Blocks.
    pub(crate) fn find() -> Result<Self, Unavailable> {
        if !cfg!(target_os = "linux") {
            return Err(Unavailable("it needs Linux".to_owned()));
        }
        let found = match std::env::var_os("KUBEBUILDER_ASSETS") {
            Some(folder) if !folder.is_empty() => Self::from_assets(folder.into()),
            _ => built(MULTICALL, &["."])
                .map(|folder| Self { guard: folder.join(MULTICALL), folder }),
        };
        found.map_err(|error| Unavailable(format!("{error:#}")))
    }

    /// A folder after the envtest convention. It has no guard, which is a small build.
    fn from_assets(folder: PathBuf) -> Result<Self> {
        for name in NEEDED {
            let missing = || format!("KUBEBUILDER_ASSETS={} has no {name}", folder.display());
            fs::metadata(folder.join(name)).with_context(missing)?;
        }
        let guard = built("guard", &["guard.go", "guard_only.go"])?.join("guard");
        Ok(Self { folder, guard })
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn guard(&self) -> &Path {
        &self.guard
    }
}
