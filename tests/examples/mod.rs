//! The examples are true: every verdict that a file claims is given, by the
//! offline path, by the commands and by the served webhook alike.

mod commands;
mod files;
mod fixtures;
mod served;
mod verdicts;

pub(crate) use served::Served;

use crate::suite::Suite;

pub(crate) fn register(suite: &mut Suite) {
    suite.plain("examples::workloads_are_judged_as_they_say", verdicts::workloads);
    suite.plain("examples::mutation_is_idempotent", verdicts::idempotent);
    suite.plain("examples::recorded_reviews_are_answered", verdicts::reviews);
    suite.plain("examples::demo_runs", commands::demo_runs);
    suite.plain("examples::demo_selects_and_prints_lines", commands::demo_selects);
    suite.plain("examples::check_reports_every_reason", commands::check_denied);
    suite.plain("examples::check_reads_recorded_reviews", commands::check_reviews);
    suite.plain("examples::render_prints_every_namespace", commands::render);
    suite.plain("examples::pod_fixtures_need_no_tenant", fixtures::pods);
    suite.plain("examples::claims_may_leave_their_class_out", fixtures::claims);
    suite.plain("examples::errors_name_file_line_and_field", fixtures::errors);
    suite.plain("examples::static_webhook_answers_alike", served::alike);
}
