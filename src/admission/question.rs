//! A request as the API server writes it.

use serde_json::{Value, json};

use crate::isolation::Operation;

use super::request::Request;

/// The AdmissionReview v1 by which an API server asks this: the inverse of
/// [`super::wire::parse`].
#[must_use]
pub fn question(request: &Request) -> Value {
    let kind = json!({
        "group": request.kind.group, "version": request.kind.version, "kind": request.kind.kind
    });
    let resource = json!({
        "group": request.resource.group,
        "version": request.kind.version,
        "resource": request.resource.resource,
    });
    let options = match request.operation {
        Operation::Create => "CreateOptions",
        Operation::Update => "UpdateOptions",
        Operation::Delete => "DeleteOptions",
        Operation::Connect => "",
    };
    let mut asked = json!({
        "uid": request.uid,
        "kind": kind,
        "resource": resource,
        "requestKind": kind,
        "requestResource": resource,
        "operation": request.operation.as_str(),
        "userInfo": {"username": request.user.name, "groups": request.user.groups},
        "object": request.object,
        "oldObject": request.old_object,
        "dryRun": request.dry_run,
        "options": null,
    });
    for (field, text) in [
        ("name", &request.name),
        ("namespace", &request.namespace),
        ("subResource", &request.subresource),
        ("requestSubResource", &request.subresource),
    ] {
        if !text.is_empty() {
            asked[field] = json!(text);
        }
    }
    if !options.is_empty() {
        asked["options"] = json!({"apiVersion": "meta.k8s.io/v1", "kind": options});
    }
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": asked})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::{User, offline, wire};

    #[test]
    fn what_is_written_is_read_again() {
        let user = User { name: "dev".to_owned(), groups: vec!["g".to_owned()], ..User::default() };
        let object =
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}});
        let mut request = offline::create(object, "acme", &user).unwrap();
        for (operation, subresource) in
            [(Operation::Create, ""), (Operation::Update, "scale"), (Operation::Connect, "exec")]
        {
            request.operation = operation;
            request.subresource = subresource.to_owned();
            let read = wire::parse(question(&request).to_string().as_bytes()).unwrap();
            assert_eq!(format!("{read:?}"), format!("{request:?}"));
        }
    }
}
