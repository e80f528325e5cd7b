//! How the demo looks.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::changes::changes;
use crate::cli::output::{Paint, hanging, paint, wrap};
use crate::provision;
use crate::snapshot::Snapshot;

use super::{Reviewed, Shown, Stage, inventory};

/// Columns of the output.
pub(super) const WIDTH: usize = 100;

/// What came of the examples.
pub(super) struct Counts {
    pub(super) workloads: usize,
    pub(super) admitted: usize,
    pub(super) unexpected: usize,
}

impl Counts {
    pub(super) fn of(all: &[Shown]) -> Self {
        Self {
            workloads: all.len(),
            admitted: all.iter().filter(|shown| shown.reasons.is_empty()).count(),
            unexpected: all.iter().filter(|shown| !shown.is_as_expected()).count(),
        }
    }
}

/// Headline, and what each tenant becomes.
pub(super) fn tenants(snapshot: &Snapshot) -> String {
    let mut out = format!(
        "{}\n\n{}",
        paint("Lessor: isolated tenants on Kubernetes, shown without a cluster", Paint::Strong),
        section(
            1,
            "What the tenants become",
            "A Tenant is a few lines. The controller makes of it, and keeps:"
        )
    );
    let mut objects = 0;
    let mut views: Vec<_> = snapshot.tenants().collect();
    views.sort_by(|left, right| left.valid.name.cmp(&right.valid.name));
    for view in views {
        let tenant = &view.valid;
        let bounds =
            format!("class {}, Pod Security {}", tenant.class_name, tenant.pod_security.as_str());
        let _ = writeln!(
            out,
            "\n   {}  {}",
            paint(&tenant.name, Paint::Strong),
            paint(&bounds, Paint::Faint)
        );
        let all = provision::preview(tenant, &snapshot.facts);
        objects += all.len();
        out.push_str(&inventory::table(&all, &tenant.namespaces));
    }
    let count = snapshot.tenants().map(|view| view.valid.namespaces.len()).sum::<usize>();
    let _ = writeln!(
        out,
        "\n   {objects} objects in {count} namespaces; `lessor render` prints them as YAML.\n"
    );
    out
}

/// The webhook and its certificate.
pub(super) fn webhook(stage: &Stage, took: Duration) -> String {
    let mut out = section(
        2,
        "The webhook",
        "The one that runs in a cluster, with certificates that it issues and rotates itself.",
    );
    let _ = writeln!(
        out,
        "\n   address      https://{}\n   certificate  {}, until {}\n   started      in {} ms, nothing but memory behind it\n",
        stage.server.address(),
        super::service(),
        stage.not_after.strftime("%Y-%m-%d"),
        took.as_millis(),
    );
    out
}

/// The headline of the workloads.
pub(super) fn questions() -> String {
    let text = "Each object goes to /mutate and, completed, to /validate, as an API server sends it. \
                `+` is what Lessor adds. For a workload, what its controller makes follows.";
    section(3, "What people apply", text) + "\n"
}

fn section(number: u8, title: &str, text: &str) -> String {
    let title = paint(&format!("{number}  {title}"), Paint::Strong);
    format!("{title}\n{}\n", wrap(text, 3, WIDTH))
}

/// One example.
pub(super) fn example(shown: &Shown) -> String {
    let name = shown.example.name;
    let mut out = format!("   {}\n", paint(name, Paint::Strong));
    let story = shown.example.story();
    if !story.is_empty() {
        out.push_str(&paint(&wrap(&story, 3, WIDTH), Paint::Faint));
        out.push('\n');
    }
    for reviewed in &shown.verdicts {
        out.push_str(&object(reviewed));
    }
    if !shown.is_as_expected() {
        let given =
            if shown.reasons.is_empty() { "allowed".to_owned() } else { shown.reasons.join(", ") };
        let expected = shown.example.expected().join(", ");
        let expected = if expected.is_empty() { "allowed" } else { &expected };
        let text = format!("NOT AS EXPECTED: got {given}, expected {expected}");
        let _ = writeln!(out, "     {}", paint(&text, Paint::Bad));
    }
    out.push('\n');
    out
}

fn object(reviewed: &Reviewed) -> String {
    let verdict = &reviewed.verdict;
    let (word, colour) =
        if verdict.answer.allowed { ("admitted", Paint::Good) } else { ("refused ", Paint::Bad) };
    let request = &verdict.request;
    let name = crate::cli::check::displayed_name(request);
    let place = if request.namespace.is_empty() {
        String::new()
    } else {
        format!("{}/", request.namespace)
    };
    let maker = reviewed.made_by.as_ref().map(|kind| format!(", made by the {kind}"));
    let mut out = format!(
        "     {} {} {place}{name}{}\n",
        paint(word, colour),
        request.kind.kind,
        paint(&maker.unwrap_or_default(), Paint::Faint),
    );
    if let Some(status) = &verdict.answer.status {
        for cause in &status.details.causes {
            let (rule, sentence) = cause.message.split_once(": ").unwrap_or(("", &cause.message));
            let _ = writeln!(out, "       {} by rule {rule}", paint(&cause.reason, Paint::Bad));
            if !cause.field.is_empty() {
                out.push_str(&wrap(&format!("at {}", cause.field), 9, WIDTH));
                out.push('\n');
            }
            out.push_str(&wrap(sentence, 9, WIDTH));
            out.push('\n');
        }
    }
    for warning in &verdict.answer.warnings {
        out.push_str(&paint(&hanging(&format!("! {warning}"), 7, 2, WIDTH), Paint::Notice));
    }
    out.push_str(&changes(&verdict.patch, 7, WIDTH));
    out
}

/// The end.
pub(super) fn summary(all: &[Shown], times: &[Duration]) -> String {
    let counts = Counts::of(all);
    let verdict = match counts.unexpected {
        0 => paint("all as expected", Paint::Good),
        some => paint(&format!("{some} not as expected"), Paint::Bad),
    };
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in all.iter().flat_map(|shown| &shown.reasons) {
        *reasons.entry(reason).or_default() += 1;
    }
    let milliseconds = |percent| quantile(times, percent).as_secs_f64() * 1000.0;
    format!(
        "{}\n   {} workloads: {} admitted, {} refused for {} different reasons, {verdict}\n   {} reviews over TLS, one after the other: p50 {:.2} ms, p99 {:.2} ms\n\n   Next: `lessor check YOUR-FILES` judges your own manifests, offline as well.\n",
        paint("Summary", Paint::Strong),
        counts.workloads,
        counts.admitted,
        counts.workloads - counts.admitted,
        reasons.len(),
        times.len(),
        milliseconds(50),
        milliseconds(99),
    )
}

/// The time that `percent` of all stay within, of sorted times.
pub(super) fn quantile(times: &[Duration], percent: usize) -> Duration {
    let rank = (times.len() * percent).div_ceil(100).max(1);
    times.get(rank - 1).copied().unwrap_or_default()
}

/// An example for programs, an object each.
pub(super) fn rows(shown: &Shown) -> Vec<Value> {
    let row = |reviewed: &Reviewed| {
        let verdict = &reviewed.verdict;
        let status = verdict.answer.status.as_ref();
        let causes: Vec<Value> = status
            .iter()
            .flat_map(|status| &status.details.causes)
            .map(|cause| json!({"reason": cause.reason, "field": cause.field, "message": cause.message}))
            .collect();
        json!({
            "example": shown.example.name,
            "expected": shown.example.expected(),
            "asExpected": shown.is_as_expected(),
            "kind": verdict.request.kind.kind,
            "namespace": verdict.request.namespace,
            "name": crate::cli::check::displayed_name(&verdict.request),
            "madeBy": reviewed.made_by,
            "allowed": verdict.answer.allowed,
            "code": status.map(|status| status.code),
            "causes": causes,
            "warnings": verdict.answer.warnings,
            "patch": verdict.patch,
        })
    };
    shown.verdicts.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_times_that_were_taken() {
        let times: Vec<Duration> = (1..=10).map(Duration::from_millis).collect();
        assert_eq!(quantile(&times, 50), Duration::from_millis(5));
        assert_eq!(quantile(&times, 99), Duration::from_millis(10));
        assert_eq!(quantile(&[], 50), Duration::ZERO);
    }
}
