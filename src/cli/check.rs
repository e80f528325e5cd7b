//! `lessor check`.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use serde_json::Value;

use crate::admission::{Decision, Request, User, message, offline, wire};
use crate::cluster::files::Manifest;
use crate::document::PatchOperation;
use crate::isolation::pods;
use crate::settings::ClusterArgs;

use super::Verdict;
use super::changes::changes;
use super::output::{self, Format, Paint, paint};
use super::world::World;

/// Reviews manifests or recorded AdmissionReviews offline.
///
/// Each object is judged as the API server would have it judged: completed by
/// the mutating endpoint, then judged by the fixed core. For a workload, the
/// Pod and the claims that it would make are judged too. Tenants and classes
/// among the files are used and reviewed.
///
/// With no Tenant at all, one of the shipped class is assumed that owns every
/// namespace named (Pod Security level `restricted`). ALLOWED and DENIED are
/// about a tenant's objects; OUTSIDE is a namespace that no Tenant owns, where
/// Lessor has no say.
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
    /// Judges the objects as written: they must meet the Pod Security Standard
    /// by themselves. Labels, mounts and placement are supplied all the same.
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
    patch: Vec<PatchOperation>,
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
        let mut judge = offline::Judge::new(&world.snapshot, jiff::Timestamp::now());
        for manifest in &world.reviewed {
            reviewed.extend(review(manifest, &user, &mut judge, !self.no_mutate)?);
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
    judge: &mut offline::Judge<'_>,
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
    let mut judge = |request: &mut Request| {
        if mutate { judge.review(request) } else { judge.review_as_written(request) }
    };
    let made = offline::made_by(&request);
    let decision = judge(&mut request);
    let owner = format!("{} {}", request.kind.kind, displayed_name(&request));
    let mut rows = vec![row(manifest, &request, decision, None)];
    for mut request in made {
        let decision = judge(&mut request);
        rows.push(row(manifest, &request, decision, Some(owner.clone())));
    }
    Ok(rows)
}

/// The name, or what it will begin with.
pub(super) fn displayed_name(request: &Request) -> String {
    let name = request.object_name();
    let prefix = || {
        let object = request.object.as_ref()?;
        object.pointer("/metadata/generateName")?.as_str().map(|prefix| format!("{prefix}*"))
    };
    if name.is_empty() { prefix().unwrap_or_else(|| "*".to_owned()) } else { name.to_owned() }
}

fn row(
    manifest: &Manifest,
    request: &Request,
    decision: Decision,
    made_by: Option<String>,
) -> Reviewed {
    let leading = decision.leading();
    let version = &request.kind.version;
    let in_template = made_by.is_some();
    let locate = |field: &str| {
        let found = if in_template {
            template_field(manifest, &request.kind.kind, field)
        } else {
            field.to_owned()
        };
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
        name: displayed_name(request),
        made_by,
        tenant: decision.tenant.clone(),
        allowed: decision.allowed(),
        code: leading.map(|violation| violation.reason.code()),
        reason: leading.map(|violation| violation.reason_text().into_owned()),
        rule: leading.map(|violation| violation.rule.to_string()),
        field: leading.map(|violation| violation.field.clone()),
        message: message(&decision),
        causes: decision
            .violations
            .iter()
            .map(|violation| Cause {
                reason: violation.reason_text().into_owned(),
                rule: violation.rule.to_string(),
                field: violation.field.clone(),
                at: locate(&violation.field),
                message: violation.message.clone(),
            })
            .collect(),
        warnings: decision.warnings,
        patch: decision.patch,
    }
}

/// Where a field of what a workload makes stands in the workload. Claims have
/// no line of their own: which template they are of is in their name.
fn template_field(manifest: &Manifest, made: &str, field: &str) -> String {
    let resource = offline::plural(manifest.kind());
    match pods::template(manifest.group(), &resource) {
        Some(template) if made == "Pod" => format!("{}.{field}", template.path),
        _ => "spec.volumeClaimTemplates".to_owned(),
    }
}

/// Columns of the text output.
const WIDTH: usize = 100;

/// The verdicts for people.
fn text(rows: &[Reviewed]) -> String {
    let mut out = String::new();
    for row in rows {
        out.push_str(&heading(row));
        out.push('\n');
        for cause in &row.causes {
            let head = format!("{} {} ({})", code_of(&cause.reason), cause.reason, cause.rule);
            let _ = writeln!(out, "    {}", paint(&head, Paint::Bad));
            let place = format!("{}: {}", cause.at, cause.field);
            out.push_str(&output::wrap(&place, 6, WIDTH));
            out.push('\n');
            out.push_str(&output::wrap(&cause.message, 6, WIDTH));
            out.push('\n');
        }
        for warning in &row.warnings {
            out.push_str(&paint(
                &output::hanging(&format!("! {warning}"), 4, 2, WIDTH),
                Paint::Notice,
            ));
        }
        out.push_str(&changes(&row.patch, 4, WIDTH));
    }
    out.push_str(&summary(rows));
    out
}

fn code_of(reason: &str) -> u16 {
    crate::names::Reason::from_name(reason).map_or(403, crate::names::Reason::code)
}

fn heading(row: &Reviewed) -> String {
    let (word, colour) = match row.allowed {
        false => ("DENIED ", Paint::Bad),
        true if is_outside(row) => ("OUTSIDE", Paint::Faint),
        true => ("ALLOWED", Paint::Good),
    };
    let object = if row.namespace.is_empty() {
        format!("{} {}", row.kind, row.name)
    } else {
        format!("{} {}/{}", row.kind, row.namespace, row.name)
    };
    let origin = row
        .made_by
        .as_ref()
        .map_or_else(|| format!("{}:{}", row.file, row.line), |owner| format!("made by {owner}"));
    let fits = word.len() + object.chars().count() + origin.chars().count() + 4 <= WIDTH;
    format!(
        "{}  {}{}{}",
        paint(word, colour),
        paint(&object, Paint::Strong),
        if fits { "  " } else { "\n         " },
        paint(&origin, Paint::Faint)
    )
}

fn summary(rows: &[Reviewed]) -> String {
    let count = |wanted: &dyn Fn(&Reviewed) -> bool| rows.iter().filter(|row| wanted(row)).count();
    let denied = count(&|row| !row.allowed);
    let outside = count(&is_outside);
    let warned = count(&|row| row.allowed && !row.warnings.is_empty());
    let mut text = format!("\n{} reviewed: {} allowed", rows.len(), rows.len() - denied - outside);
    if warned > 0 {
        let _ = write!(text, " ({warned} with warnings)");
    }
    let _ = write!(text, ", {denied} denied");
    if outside > 0 {
        let _ = write!(text, ", {outside} outside tenants");
    }
    text + "\n"
}

/// Whether the object is in a namespace that no Tenant owns.
fn is_outside(row: &Reviewed) -> bool {
    row.allowed && row.tenant.is_none() && !row.namespace.is_empty()
}
