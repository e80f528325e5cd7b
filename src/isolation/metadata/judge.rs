//! The rules in the order they are reported.

use super::{annotations, keys, references};
use crate::isolation::{Caller, Change, Context, Findings, Operation, read};

/// Judges the metadata of an object that is created or changed.
///
/// Lessor passes. An administrator passes with managed objects, because a
/// restored backup brings them; the controller heals them. Events are named
/// after the objects they speak of and are not judged.
pub fn judge(ctx: &Context, change: &Change, out: &mut Findings) {
    let writes = matches!(change.operation, Operation::Create | Operation::Update);
    let managed = read::is_managed(change.old) || read::is_managed(change.new);
    let passes = match change.caller {
        Caller::Lessor => true,
        Caller::Administrator => managed,
        _ => false,
    };
    let Some(new) = change.new.filter(|_| writes && !passes && change.resource != "events") else {
        return;
    };
    references::names(change, new, out);
    keys::judge(ctx, change, new, out);
    annotations::judge(change, new, out);
    references::owners(change, new, out);
    references::finalizers(change, new, out);
}
