//! `lessor check`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use serde_json::Value;

use crate::admission::{Decision, Request, User, offline, wire};
use crate::cluster::files::Manifest;
use crate::document::difference;
use crate::settings::ClusterArgs;

use super::Verdict;
use super::output::{self, Format, Paint, paint};
use super::world::World;

/// Reviews manifests or recorded AdmissionReviews offline.
///
/// Each object is judged as the API server would have it judged: completed by
/// the mutating endpoint, then judged by the fixed core. For a workload the
/// Pod that it would make is judged too. Tenants and classes among the files
/// are used and reviewed.
///
/// Exit code 0: everything is allowed. 1: something is denied. 2: could not run.
#[derive(Args, Debug)]
pub(super) struct Check {
    /// Files or folders (.yaml, .yml, .json); `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Files or folders with Tenants, TenantClasses and Namespaces to judge
    /// against; they are not reviewed themselves.
    #[arg(long, value_name = "DIR")]
    with: Vec<PathBuf>,
    /// Judges the objects as written, without what Lessor would add to them.
    #[arg(long)]
    no_mutate: bool,
    /// Namespace of objects that name none; else the first one of the only Tenant.
    #[arg(long, short, value_name = "NAME")]
    namespace_default: Option<String>,
    /// Username to judge as.
    #[arg(long = "as", default_value = "developer", value_name = "USERNAME")]
    user: String,
    /// Output format; `json` prints one object a line.
    #[arg(long, short, value_enum, default_value = "text")]
    output: Format,
    #[command(flatten)]
    cluster: ClusterArgs,
}

/// One verdict, as `-o json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reviewed {
    file: String,
    line: usize,
    api_version: String,
    kind: String,
    namespace: String,
    name: String,
    /// Set when this is the Pod that the object's controller would make.
    #[serde(skip_serializing_if = "Option::is_none")]
    made_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    message: String,
    causes: Vec<Cause>,
    warnings: Vec<String>,
    patch: Value,
    #[serde(skip)]
    difference: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Cause {
    reason: String,
    rule: String,
    field: String,
    /// `file:line` of the field.
    at: String,
    message: String,
}

impl Check {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        let world =
            World::load(&self.files, &self.with, self.namespace_default.as_deref(), &self.cluster)?;
        for note in &world.notes {
            eprintln!("{}", paint(&format!("note: {note}"), Paint::Faint));
        }
        let user = User {
            name: self.user.clone(),
            groups: vec!["system:authenticated".to_owned()],
            ..User::default()
        };
        let mut reviewed = Vec::new();
        for manifest in &world.reviewed {
            reviewed.extend(review(manifest, &user, &world, !self.no_mutate)?);
        }
        match self.output {
            Format::Text => output::print(&text(&reviewed))?,
            format => {
                let rows: Vec<Value> =
                    reviewed.iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
                output::print_objects(&rows, format)?;
            }
        }
        let denied = reviewed.iter().any(|row| !row.allowed);
        Ok(if denied { Verdict::Findings } else { Verdict::Clean })
    }
}

fn review(
    manifest: &Manifest,
    user: &User,
    world: &World,
    mutate: bool,
) -> anyhow::Result<Vec<Reviewed>> {
    let at = || manifest.locate("");
    let mut request = if manifest.kind() == "AdmissionReview" {
        wire::parse(manifest.object.to_string().as_bytes())
            .map_err(|rejected| anyhow::anyhow!("{}: {}", at(), rejected.message))?
    } else {
        let namespace = manifest.object.pointer("/metadata/namespace").and_then(Value::as_str);
        offline::create(manifest.object.clone(), namespace.unwrap_or_default(), user)
            .with_context(at)?
    };
    let pod = offline::pod_of(&request);
    let decision = offline::review(&mut request, &world.snapshot, mutate);
    let owner = format!("{} {}", request.kind.kind, request.object_name());
    let mut rows = vec![row(manifest, &request, &decision, None)];
    if let Some(mut pod) = pod {
        let decision = offline::review(&mut pod, &world.snapshot, mutate);
        rows.push(row(manifest, &pod, &decision, Some(owner)));
    }
    Ok(rows)
}

fn row(
    manifest: &Manifest,
    request: &Request,
    decision: &Decision,
    made_by: Option<String>,
) -> Reviewed {
    let leading = decision.leading();
    let version = &request.kind.version;
    let in_template = made_by.is_some();
    let locate = |field: &str| {
        let found = if in_template { template_field(manifest, field) } else { field.to_owned() };
        manifest.locate(&found)
    };
    Reviewed {
        file: manifest.path.display().to_string(),
        line: manifest.line,
        api_version: if request.kind.group.is_empty() {
            version.clone()
        } else {
            format!("{}/{version}", request.kind.group)
        },
        kind: request.kind.kind.clone(),
        namespace: request.namespace.clone(),
        name: request.object_name().to_owned(),
        made_by,
        tenant: decision.tenant.clone(),
        allowed: decision.allowed(),
        code: leading.map(|violation| violation.reason.code()),
        reason: leading.map(|violation| violation.reason.to_string()),
        rule: leading.map(|violation| violation.rule.to_owned()),
        field: leading.map(|violation| violation.field.clone()),
        message: wire::message(decision),
        causes: decision
            .violations
            .iter()
            .map(|violation| Cause {
                reason: violation.reason.to_string(),
                rule: violation.rule.to_owned(),
                field: violation.field.clone(),
                at: locate(&violation.field),
                message: violation.message.clone(),
            })
            .collect(),
        warnings: decision.warnings.clone(),
        patch: serde_json::to_value(&decision.patch).unwrap_or_default(),
        difference: difference(&decision.patch).iter().map(ToString::to_string).collect(),
    }
}

/// Where a field of the Pod stands in the workload that makes it.
fn template_field(manifest: &Manifest, field: &str) -> String {
    let resource = offline::plural(manifest.kind());
    crate::isolation::pods::template(manifest.group(), &resource)
        .map_or_else(|| field.to_owned(), |template| format!("{}.{field}", template.path))
}

/// Columns of the text output.
const WIDTH: usize = 100;

/// The verdicts for people.
pub(super) fn text(rows: &[Reviewed]) -> String {
    let mut out = String::new();
    for row in rows {
        out.push_str(&heading(row));
        out.push('\n');
        for cause in &row.causes {
            let head = format!("{} {} ({})", code_of(&cause.reason), cause.reason, cause.rule);
            out.push_str(&format!("    {}\n", paint(&head, Paint::Bad)));
            out.push_str(&format!("    at {} ({})\n", cause.field, cause.at));
            out.push_str(&output::wrap(&cause.message, 6, WIDTH));
            out.push('\n');
        }
        for warning in &row.warnings {
            out.push_str(&paint(&output::wrap(&format!("! {warning}"), 4, WIDTH), Paint::Notice));
            out.push('\n');
        }
        for line in &row.difference {
            let colour = if line.starts_with('+') { Paint::Good } else { Paint::Notice };
            out.push_str(&format!("    {}\n", paint(line, colour)));
        }
    }
    out.push_str(&summary(rows));
    out
}

fn code_of(reason: &str) -> u16 {
    crate::names::Reason::from_name(reason).map_or(403, crate::names::Reason::code)
}

fn heading(row: &Reviewed) -> String {
    let (word, colour) = match (row.allowed, &row.tenant) {
        (false, _) => ("DENIED ", Paint::Bad),
        (true, None) if !row.namespace.is_empty() => ("OUTSIDE", Paint::Faint),
        (true, _) => ("ALLOWED", Paint::Good),
    };
    let name = if row.name.is_empty() { "(generated)" } else { &row.name };
    let object = if row.namespace.is_empty() {
        format!("{} {name}", row.kind)
    } else {
        format!("{} {}/{name}", row.kind, row.namespace)
    };
    let origin = row
        .made_by
        .as_ref()
        .map_or_else(|| format!("{}:{}", row.file, row.line), |owner| format!("made by {owner}"));
    format!(
        "{}  {}  {}",
        paint(word, colour),
        paint(&object, Paint::Strong),
        paint(&origin, Paint::Faint)
    )
}

fn summary(rows: &[Reviewed]) -> String {
    let denied = rows.iter().filter(|row| !row.allowed).count();
    let warned = rows.iter().filter(|row| row.allowed && !row.warnings.is_empty()).count();
    format!(
        "\n{} reviewed: {} allowed ({warned} with warnings), {denied} denied\n",
        rows.len(),
        rows.len() - denied
    )
}
