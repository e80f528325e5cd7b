//! `lessor render`.

use std::path::PathBuf;

use clap::Args;

use crate::cluster::files;
use crate::settings::ClusterArgs;

use super::Verdict;
use super::output::{self, Format};
use super::world::World;

/// Prints the objects that Tenants become, in the order they are applied.
///
/// Copies of secrets are shown without values: the sources live in the cluster.
#[derive(Args, Debug)]
pub(super) struct Render {
    /// Files or folders with Tenants (and their classes); `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Files or folders with TenantClasses to render against.
    #[arg(long, value_name = "DIR")]
    with: Vec<PathBuf>,
    /// Output format; `text` is YAML.
    #[arg(long, short, value_enum, default_value = "yaml")]
    output: Format,
    #[command(flatten)]
    cluster: ClusterArgs,
}

impl Render {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        let world = World::load(&self.files, &self.with, None, &self.cluster)?;
        let mut objects = Vec::new();
        let mut verdict = Verdict::Clean;
        for manifest in &world.reviewed {
            if manifest.group() != crate::names::GROUP || manifest.kind() != "Tenant" {
                continue;
            }
            let name = manifest.object.pointer("/metadata/name").and_then(|name| name.as_str());
            let Some(view) = name.and_then(|name| world.snapshot.tenant(name)) else { continue };
            for error in &view.errors {
                verdict = Verdict::Findings;
                eprintln!(
                    "{}: {}: {}: {}",
                    manifest.locate(&error.field),
                    error.reason,
                    error.field,
                    error.message
                );
            }
            objects.extend(crate::provision::preview(&view.valid, &world.snapshot.facts));
        }
        if objects.is_empty() {
            anyhow::bail!("no Tenant in {}", files::list(&self.files));
        }
        output::print_objects(&objects, self.output)?;
        Ok(verdict)
    }
}
