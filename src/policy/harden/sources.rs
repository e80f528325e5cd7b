//! Positions: the compiler numbers files in the order in which it comes to
//! them, the program lists them in the order of its modules.

use std::collections::BTreeMap;

use regorus::CompiledPolicy;
use regorus::rvm::Program;

/// Makes every span name its file by the program's list.
pub(in crate::policy) fn order_sources(program: &mut Program, policy: &CompiledPolicy) {
    let mut files: BTreeMap<usize, usize> = BTreeMap::new();
    for info in &program.rule_infos {
        let Some(rules) = policy.get_rules().get(&info.name) else { continue };
        for (bodies, rule) in info.definitions.iter().zip(rules) {
            let name = rule.span().source.get_path();
            let span = bodies
                .first()
                .and_then(|entry| program.instruction_spans.get(*entry as usize)?.as_ref());
            let file = program.sources.iter().position(|source| source.name == *name);
            if let (Some(span), Some(file)) = (span, file) {
                files.insert(span.source_index, file);
            }
        }
    }
    for span in program.instruction_spans.iter_mut().flatten() {
        if let Some(file) = files.get(&span.source_index) {
            span.source_index = *file;
        }
    }
}
