//! `lessor uninstall`.

mod acts;

use anyhow::{Context as _, bail};
use clap::Args;

use self::acts::Acts;
use super::output::{self, Paint, paint};
use super::{Verdict, process};
use crate::names;
use crate::rules::{self, Install, Removal};

/// Takes Lessor away, in the order that is safe.
///
/// Namespaces of tenants and what is in them stay, but for what Lessor keeps
/// there. May be run again: what is gone already is skipped.
#[derive(Args, Debug)]
pub(super) struct Uninstall {
    /// Leaves network policies, quota, limits and the labels of tenants'
    /// namespaces in place. Members' access and copies of secrets go all the same.
    #[arg(long)]
    keep_isolation: bool,
    /// Shows what would be done, and does nothing.
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Does it.
    #[arg(long)]
    yes: bool,
    /// Namespace that Lessor runs in.
    #[arg(long, env = "LESSOR_NAMESPACE", default_value = names::DEFAULT_NAMESPACE, value_name = "NAME")]
    namespace: String,
    /// Namespace with the secrets that classes may grant.
    #[arg(long, env = "LESSOR_SECRET_SOURCE_NAMESPACE", default_value = names::DEFAULT_SECRET_SOURCE_NAMESPACE, value_name = "NAME")]
    secret_source_namespace: String,
}

impl Uninstall {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        process::runtime()?.block_on(self.uninstall())
    }

    async fn uninstall(self) -> anyhow::Result<Verdict> {
        let install = Install {
            namespace: self.namespace.clone(),
            secret_source_namespace: self.secret_source_namespace.clone(),
            ..Install::default()
        };
        let acts = Acts::new(process::client().await?);
        if let Some(other) = acts.installed_elsewhere(&install.namespace).await? {
            bail!(
                "Lessor is installed in namespace {other}, not in {}; run again with --namespace {other}",
                install.namespace
            );
        }
        for tenant in acts.suspended().await? {
            let notice = format!(
                "{tenant} is suspended and stays so: resume it before, or scale its workloads up by hand"
            );
            output::print(&format!("{}\n", paint(&notice, Paint::Notice)))?;
        }
        let mut count = 0;
        for step in rules::removal(&install, self.keep_isolation) {
            count += self.take(&acts, &step).await?;
        }
        self.conclude(&acts, count).await
    }

    /// Does a step, or shows it; how much there was to do.
    async fn take(&self, acts: &Acts, step: &Removal) -> anyhow::Result<usize> {
        let pending = acts.pending(step).await?;
        for act in &pending {
            output::print(&format!("{act}\n"))?;
            if self.yes {
                acts.perform(act).await.with_context(|| act.to_string())?;
            }
        }
        if self.yes {
            acts.settle(step, &pending).await?;
        }
        Ok(pending.len())
    }

    async fn conclude(&self, acts: &Acts, count: usize) -> anyhow::Result<Verdict> {
        if !self.yes {
            output::print(&format!("{count} to do, nothing done\n"))?;
            if !self.dry_run {
                bail!("nothing was done; run again with --yes to do it");
            }
            return Ok(Verdict::Clean);
        }
        let what = if count == 0 { "there was nothing left to do" } else { "Lessor is gone" };
        output::print(&format!("{}\n", paint(what, Paint::Good)))?;
        let left = acts.namespaces().await?;
        if !left.is_empty() {
            output::print(&format!("still labelled for their tenants: {}\n", left.join(", ")))?;
        }
        output::print(&format!(
            "namespace {} stays with its secrets; delete it by hand\n",
            self.secret_source_namespace
        ))?;
        Ok(Verdict::Clean)
    }
}
