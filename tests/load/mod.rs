//! `lessor bench`, as a user runs it: against the webhook itself, and against
//! targets that fail in every way there is. How fast anything is, no test asks.

mod command;
mod failing;
mod limits;
mod targets;
mod webhook;

use crate::suite::Suite;

pub(crate) fn register(suite: &mut Suite) {
    suite.plain("load::recorded_reviews_get_their_answers", webhook::recorded);
    suite.plain("load::generated_reviews_get_their_verdicts", webhook::generated);
    suite.plain("load::what_was_mutated_is_validated", webhook::after);
    suite.plain("load::manifests_are_sent", webhook::manifests);
    suite.plain("load::stages_and_connections_have_their_rows", webhook::stages);
    suite.plain("load::a_baseline_takes_turns", webhook::baseline);
    suite.plain("load::slow_clients_are_beside", webhook::slow);
    suite.plain("load::the_text_fits_a_terminal", webhook::text);
    suite.plain("load::wrong_answers_have_their_class", failing::answers);
    suite.plain("load::broken_connections_have_their_class", failing::connections);
    suite.plain("load::an_unknown_certificate_is_tls", failing::certificates);
    suite.plain("load::a_client_certificate_is_shown", failing::client_certificates);
    suite.plain("load::what_hangs_times_out", failing::hanging);
    suite.plain("load::missed_starts_are_reported", failing::missed);
    suite.plain("load::thresholds_decide_the_exit_code", limits::thresholds);
    suite.plain("load::what_cannot_run_says_why", limits::cannot_run);
    suite.plain("load::an_interrupt_prints_what_there_is", limits::interrupted);
}
