//! By example, then against a reference that is written as the documentation is.

mod examples;
mod properties;

use serde_json::{Value, json};

use super::Subject;
use crate::api::{LabelMap, Operation};

/// A subject that owns what it speaks of.
#[derive(Clone, Debug)]
struct Asked {
    kind: (String, String),
    resource: (String, String),
    subresource: String,
    operation: Operation,
    name: String,
    object: Option<Value>,
    old_object: Option<Value>,
    namespace: String,
    namespace_labels: LabelMap,
    tenant: String,
    tenant_labels: LabelMap,
    class: String,
    class_labels: LabelMap,
}

impl Asked {
    fn subject(&self) -> Subject<'_> {
        Subject {
            group: &self.kind.0,
            kind: &self.kind.1,
            resource_group: &self.resource.0,
            resource: &self.resource.1,
            subresource: &self.subresource,
            operation: self.operation,
            name: &self.name,
            object: self.object.as_ref(),
            old_object: self.old_object.as_ref(),
            namespace: &self.namespace,
            namespace_labels: &self.namespace_labels,
            tenant: &self.tenant,
            tenant_labels: &self.tenant_labels,
            class: &self.class,
            class_labels: &self.class_labels,
        }
    }
}

fn labels(pairs: &[(&str, &str)]) -> LabelMap {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// A Pod that is created in `acme-dev` of tenant `acme`, class `standard`.
fn pod() -> Asked {
    Asked {
        kind: (String::new(), "Pod".to_owned()),
        resource: (String::new(), "pods".to_owned()),
        subresource: String::new(),
        operation: Operation::Create,
        name: "web-1".to_owned(),
        object: Some(json!({"metadata": {"labels": {"app": "web"}}})),
        old_object: None,
        namespace: "acme-dev".to_owned(),
        namespace_labels: labels(&[("stage", "dev")]),
        tenant: "acme".to_owned(),
        tenant_labels: labels(&[("tier", "gold")]),
        class: "standard".to_owned(),
        class_labels: labels(&[("pack", "base")]),
    }
}

fn with(change: impl FnOnce(&mut Asked)) -> Asked {
    let mut asked = pod();
    change(&mut asked);
    asked
}
