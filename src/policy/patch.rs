//! What a policy may change.
//!
//! A patch is bounded before it is applied: few operations, on fields of a
//! positive list, never on what says whose an object is or who runs it. What it
//! makes of the object is judged again by the fixed core.

use regorus::Value as Rego;
use serde_json::Value;

use super::convert::from_rego;

/// Most operations of one policy for one request.
const OPERATIONS: usize = 64;
/// Most bytes of all values of one policy's operations, as JSON.
const BYTES: usize = 64 * 1024;

/// One change that a policy may make. Parents that are missing are added.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Sets a field; `-` as the last token appends to a list.
    Set(Vec<String>, Value),
    /// Removes a label or annotation.
    Remove(Vec<String>),
}

impl Edit {
    /// Where, as unescaped tokens of a JSON pointer (RFC 6901).
    #[must_use]
    pub fn tokens(&self) -> Vec<&str> {
        let (Self::Set(tokens, _) | Self::Remove(tokens)) = self;
        tokens.iter().map(String::as_str).collect()
    }
}

/// Reads the results of the rule `patch`: a list, or a set in its order, of JSON
/// patch operations `add`, `replace` and, for labels and annotations, `remove`.
///
/// # Errors
/// The operation that is none, or that a policy may not make, and what it may.
pub(super) fn edits(result: &Rego, group: &str, kind: &str) -> Result<Vec<Edit>, String> {
    let items: Vec<&Rego> = match result {
        Rego::Array(items) => items.iter().collect(),
        Rego::Set(items) => items.iter().collect(),
        _ => return Err("rule `patch` gives no list of operations".to_owned()),
    };
    if items.len() > OPERATIONS {
        return Err(format!("{} operations; at most {OPERATIONS}", items.len()));
    }
    let mut bytes = 0;
    items
        .into_iter()
        .map(|item| {
            let operation = from_rego(item);
            bytes += operation.get("value").map_or(0, |value| value.to_string().len());
            if bytes > BYTES {
                return Err(format!("values of more than {BYTES} bytes"));
            }
            edit(&operation, group, kind)
        })
        .collect()
}

fn edit(operation: &Value, group: &str, kind: &str) -> Result<Edit, String> {
    let text = |key: &str| operation.get(key).and_then(Value::as_str);
    let (Some(op), Some(path)) = (text("op"), text("path")) else {
        return Err(format!("{operation} is no JSON patch operation: it needs op and path"));
    };
    let Some(tokens) = tokens(path) else {
        return Err(format!("{path:?} is no JSON pointer (RFC 6901)"));
    };
    if let Some(why) = refusal(group, kind, &tokens) {
        return Err(format!("{op} {path}: {why}"));
    }
    match (op, operation.get("value")) {
        ("add" | "replace", Some(value)) => Ok(Edit::Set(tokens, value.clone())),
        ("add" | "replace", None) => Err(format!("{op} {path}: it needs a value")),
        ("remove", _) if tokens.first().is_some_and(|first| first == "metadata") => {
            Ok(Edit::Remove(tokens))
        }
        _ => Err(format!(
            "{op} {path}: a policy may add and replace, and remove labels and annotations"
        )),
    }
}

/// The unescaped tokens of a JSON pointer; none when it is not one.
fn tokens(pointer: &str) -> Option<Vec<String>> {
    pointer.strip_prefix('/')?.split('/').map(unescaped).collect()
}

fn unescaped(token: &str) -> Option<String> {
    let mut out = String::with_capacity(token.len());
    let mut characters = token.chars();
    while let Some(c) = characters.next() {
        out.push(match c {
            '~' => match characters.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            c => c,
        });
    }
    Some(out)
}

/// Fields of a Pod's containers that a policy may set.
const CONTAINER: [&str; 12] = [
    "env",
    "imagePullPolicy",
    "lifecycle",
    "livenessProbe",
    "readinessProbe",
    "resizePolicy",
    "resources",
    "securityContext",
    "startupProbe",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "volumeMounts",
];
/// Fields of a Pod's spec that a policy may set.
const POD: [&str; 12] = [
    "affinity",
    "dnsConfig",
    "dnsPolicy",
    "enableServiceLinks",
    "preemptionPolicy",
    "priorityClassName",
    "readinessGates",
    "securityContext",
    "setHostnameAsFQDN",
    "terminationGracePeriodSeconds",
    "topologySpreadConstraints",
    "volumes",
];
/// Parts of other specs that a policy may not set: a changed template would roll
/// every workload and make its controller create another one without end
/// (kubernetes#57167), and selectors cannot change.
const NEVER: [&str; 5] =
    ["jobTemplate", "selector", "serviceAccountName", "template", "volumeClaimTemplates"];
/// Beginnings of label and annotation keys that say whose an object is, or that
/// other components act upon.
const RESERVED_KEYS: [&str; 4] =
    ["lessor.io/", "pod-security.kubernetes.io/", "kubernetes.io/", "k8s.io/"];

/// Whether a policy may change this path of an object of the kind. `None` when
/// it may, else what would be right.
fn refusal(group: &str, kind: &str, tokens: &[String]) -> Option<String> {
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let is_pod = group.is_empty() && kind == "Pod";
    let fine = match tokens.as_slice() {
        ["metadata", "labels" | "annotations", key] => !is_reserved(key),
        ["spec", "containers" | "initContainers", index, field, ..] if is_pod => {
            *index != "-" && CONTAINER.contains(field)
        }
        ["spec", field, ..] if is_pod => POD.contains(field),
        ["spec", field, ..] => !NEVER.contains(field),
        _ => false,
    };
    (!fine).then(|| {
        let allowed = if is_pod {
            format!(
                "labels and annotations that are not reserved, spec.{{{}}} and, of a container, {{{}}}",
                POD.join(", "),
                CONTAINER.join(", ")
            )
        } else {
            format!(
                "labels and annotations that are not reserved, and spec but for {{{}}}",
                NEVER.join(", ")
            )
        };
        format!("a policy may not change it; of a {kind} it may change {allowed}")
    })
}

fn is_reserved(key: &str) -> bool {
    let domain = key.split_once('/').map_or("", |(domain, _)| domain);
    RESERVED_KEYS.iter().any(|reserved| {
        let reserved = reserved.trim_end_matches('/');
        domain == reserved || domain.strip_suffix(reserved).is_some_and(|rest| rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::policy::to_rego;

    #[expect(clippy::needless_pass_by_value, reason = "literals read better without a borrow")]
    fn read(kind: &str, operation: Value) -> Result<Vec<Edit>, String> {
        let group = if kind == "Deployment" { "apps" } else { "" };
        edits(&to_rego(&json!([operation])), group, kind)
    }

    fn set(kind: &str, path: &str) -> Result<Vec<Edit>, String> {
        read(kind, json!({"op": "add", "path": path, "value": 1}))
    }

    #[test]
    fn fields_of_the_list_may_be_set() {
        for (kind, path) in [
            ("Pod", "/metadata/labels/team"),
            ("Pod", "/metadata/annotations/example.com~1owner"),
            ("Pod", "/spec/containers/0/resources/requests/cpu"),
            ("Pod", "/spec/initContainers/1/env/-"),
            ("Pod", "/spec/topologySpreadConstraints"),
            ("Deployment", "/spec/replicas"),
            ("Service", "/spec/sessionAffinity"),
        ] {
            assert!(set(kind, path).is_ok(), "{kind} {path}: {:?}", set(kind, path));
        }
    }

    #[test]
    fn what_says_whose_an_object_is_may_not() {
        for (kind, path) in [
            ("Pod", "/metadata/namespace"),
            ("Pod", "/metadata/name"),
            ("Pod", "/metadata/ownerReferences/-"),
            ("Pod", "/metadata/finalizers/-"),
            ("Pod", "/metadata/labels"),
            ("Pod", "/metadata/labels/lessor.io~1tenant"),
            ("Pod", "/metadata/labels/x.lessor.io~1y"),
            ("Pod", "/metadata/labels/~0lessor.io~1tenant/.."),
            ("Pod", "/metadata/annotations/kubernetes.io~1config.mirror"),
            ("Pod", "/metadata/annotations/seccomp.security.alpha.kubernetes.io~1pod"),
            ("Pod", "/spec/serviceAccountName"),
            ("Pod", "/spec/hostNetwork"),
            ("Pod", "/spec/nodeName"),
            ("Pod", "/spec/tolerations/-"),
            ("Pod", "/spec/runtimeClassName"),
            ("Pod", "/spec/containers"),
            ("Pod", "/spec/containers/-/env"),
            ("Pod", "/spec/containers/0/image"),
            ("Pod", "/spec/containers/0"),
            ("Pod", "/spec/ephemeralContainers/0/env"),
            ("Pod", "/spec"),
            ("Pod", "/status/phase"),
            ("Deployment", "/spec/template/spec/nodeName"),
            ("Deployment", "/spec/selector/matchLabels/a"),
            ("Secret", "/data/password"),
            ("Deployment", "/kind"),
            ("Deployment", ""),
        ] {
            assert!(set(kind, path).is_err(), "{kind} {path}");
        }
    }

    #[test]
    fn pointers_are_unescaped_before_they_are_judged() {
        assert_eq!(tokens("/a/b~1c~0d/"), Some(vec!["a".into(), "b/c~d".into(), String::new()]));
        for bad in ["a", "/~", "/~2", "~1a"] {
            assert_eq!(tokens(bad), None, "{bad}");
        }
        let twice = set("Pod", "/metadata/labels/lessor.io~01tenant").unwrap();
        assert_eq!(twice[0].tokens().last(), Some(&"lessor.io~1tenant"));
    }

    #[test]
    fn other_operations_and_too_many_are_refused() {
        let path = "/metadata/labels/team";
        for operation in [
            json!({"op": "move", "path": path, "from": "/spec"}),
            json!({"op": "copy", "path": path, "from": "/spec"}),
            json!({"op": "test", "path": path, "value": 1}),
            json!({"op": "add", "path": path}),
            json!({"op": "remove", "path": "/spec/affinity"}),
            json!({"path": path}),
            json!("add"),
        ] {
            assert!(read("Pod", operation.clone()).is_err(), "{operation}");
        }
        assert!(read("Pod", json!({"op": "remove", "path": path})).is_ok());
        let one = json!({"op": "add", "path": path, "value": "x"});
        assert!(edits(&to_rego(&json!(vec![one.clone(); 64])), "", "Pod").is_ok());
        assert!(edits(&to_rego(&json!(vec![one; 65])), "", "Pod").is_err());
        let large = json!([{"op": "add", "path": path, "value": "x".repeat(70_000)}]);
        assert!(edits(&to_rego(&large), "", "Pod").is_err());
    }
}
