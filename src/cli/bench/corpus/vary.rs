//! Makes each copy of a review another one to whoever remembers.

use serde_json::{Map, Value};

use crate::cli::bench::values::Vary;
use crate::isolation::pods::POD_BEARING;

/// The label that differs. No policy is known to read it.
const LABEL: &str = "load-test";
/// Longest name of a Pod, and longest tag of an image.
const NAME: usize = 63;
const TAG_LENGTH: usize = 128;

/// Writes `tag`, eight hexadecimal digits, into what shall differ. What could
/// change the verdict stays: only Pods and what makes them get another name, an
/// image without a tag or with `latest` gets none, and old and new object are
/// varied alike.
pub(super) fn vary(review: &mut Value, what: &[Vary], tag: &str) {
    let Some(request) = review.get_mut("request").and_then(Value::as_object_mut) else { return };
    let text = |field: &str| {
        let resource = request.get("resource");
        resource.and_then(|r| r.get(field)).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let (group, resource) = (text("group"), text("resource"));
    let is_named = POD_BEARING.contains(&(group.as_str(), resource.as_str()));
    if what.contains(&Vary::Name) && is_named {
        rename(request, "name", tag);
    }
    for field in ["object", "oldObject"] {
        let Some(object) = request.get_mut(field) else { continue };
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            if what.contains(&Vary::Name) && is_named {
                rename(metadata, "name", tag);
                prefix(metadata, tag);
            }
            if what.contains(&Vary::Labels) {
                let labels = metadata.entry("labels").or_insert_with(|| Value::Object(Map::new()));
                if let Some(labels) = labels.as_object_mut() {
                    labels.insert(LABEL.to_owned(), Value::from(tag));
                }
            }
        }
        if what.contains(&Vary::Images) {
            images(object, tag);
        }
    }
}

/// A longer name, cut so that it stays one.
fn rename(holder: &mut Map<String, Value>, field: &str, tag: &str) {
    if let Some(Value::String(name)) = holder.get_mut(field).filter(|name| **name != "") {
        truncate(name, NAME - tag.len() - 1);
        name.push('-');
        name.push_str(tag);
    }
}

fn prefix(metadata: &mut Map<String, Value>, tag: &str) {
    if let Some(Value::String(prefix)) = metadata.get_mut("generateName") {
        prefix.push_str(tag);
        prefix.push('-');
    }
}

fn truncate(text: &mut String, length: usize) {
    if let Some((end, _)) = text.char_indices().nth(length) {
        text.truncate(end);
    }
}

/// The images of every list of containers, however deep.
fn images(value: &mut Value, tag: &str) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let containers = ["containers", "initContainers", "ephemeralContainers"];
                if let (true, Some(list)) =
                    (containers.contains(&key.as_str()), value.as_array_mut())
                {
                    for container in list {
                        if let Some(Value::String(image)) = container.get_mut("image") {
                            retag(image, tag);
                        }
                    }
                } else {
                    images(value, tag);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| images(item, tag)),
        _ => {}
    }
}

fn retag(image: &mut String, tag: &str) {
    const DIGEST: &str = "@sha256:";
    if let Some(at) = image.find(DIGEST).map(|at| at + DIGEST.len()) {
        let place = at..at + tag.len();
        if image.get(place.clone()).is_some_and(|digits| digits.bytes().all(is_digit)) {
            image.replace_range(place, tag);
        }
        return;
    }
    let name = image.rfind('/').map_or(0, |slash| slash + 1);
    let Some(colon) = image.get(name..).and_then(|rest| rest.rfind(':')) else { return };
    let begins = name + colon + 1;
    let old = image.get(begins..).unwrap_or_default();
    if old == "latest" || old.len() + tag.len() + 1 > TAG_LENGTH {
        return;
    }
    image.push('-');
    image.push_str(tag);
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ALL: [Vary; 3] = [Vary::Name, Vary::Labels, Vary::Images];
    const TAG: &str = "0badcafe";

    fn varied(resource: &str, mut request: Value) -> Value {
        request["resource"] = json!({"group": "", "resource": resource});
        let mut review = json!({"request": request});
        vary(&mut review, &ALL, TAG);
        review["request"].take()
    }

    #[test]
    fn a_pod_differs_in_name_label_and_images() {
        let pod = json!({"metadata": {"name": "a".repeat(63)},
            "spec": {"containers": [{"image": "r:5000/app:1"}], "initContainers": [{"image": "app"}]}});
        let request = varied("pods", json!({"name": "a", "object": pod, "oldObject": pod}));
        assert_eq!(request["name"], "a-0badcafe");
        let name = request["object"]["metadata"]["name"].as_str().unwrap();
        assert!(name.len() == 63 && name.ends_with("a-0badcafe"), "{name}");
        assert_eq!(request["object"]["metadata"]["labels"], json!({"load-test": TAG}));
        assert_eq!(request["object"]["spec"]["containers"][0]["image"], "r:5000/app:1-0badcafe");
        assert_eq!(request["object"]["spec"]["initContainers"][0]["image"], "app");
        assert_eq!(request["object"], request["oldObject"], "an update that changes nothing");
    }

    #[test]
    fn names_that_mean_something_stay() {
        let policy = json!({"metadata": {"name": "lessor-default-deny", "labels": {"a": "b"}}});
        let request = varied(
            "networkpolicies",
            json!({"name": "lessor-default-deny", "object": null, "oldObject": policy}),
        );
        assert_eq!(request["name"], "lessor-default-deny");
        let labels = &request["oldObject"]["metadata"]["labels"];
        assert_eq!(*labels, json!({"a": "b", "load-test": TAG}));
        let created = varied("pods", json!({"object": {"metadata": {"generateName": "a-"}}}));
        assert_eq!(created["object"]["metadata"]["generateName"], "a-0badcafe-");
        let exec = varied("pods", json!({"name": "a", "object": {"command": ["sh"]}}));
        assert_eq!(
            (&exec["name"], &exec["object"]),
            (&json!("a-0badcafe"), &json!({"command": ["sh"]}))
        );
    }

    #[test]
    fn an_image_stays_as_pinned_as_it_was() {
        let digest = "8d1f2c0a6f0e6d5a5f4c1d3b2a190817f6e5d4c3b2a1908f7e6d5c4b3a291807";
        for (image, expected) in [
            ("nginx".to_owned(), "nginx".to_owned()),
            ("nginx:latest".to_owned(), "nginx:latest".to_owned()),
            ("localhost:5000/nginx".to_owned(), "localhost:5000/nginx".to_owned()),
            ("nginx:1.27".to_owned(), "nginx:1.27-0badcafe".to_owned()),
            (format!("r/a:1@sha256:{digest}"), format!("r/a:1@sha256:0badcafe{}", &digest[8..])),
            ("r/a@sha256:zz".to_owned(), "r/a@sha256:zz".to_owned()),
            (format!("a:{}", "x".repeat(125)), format!("a:{}", "x".repeat(125))),
        ] {
            let mut varied = image.clone();
            retag(&mut varied, TAG);
            assert_eq!(varied, expected, "{image}");
        }
        let mut job = json!({"spec": {"jobTemplate": {"spec": {"template": {"spec":
            {"containers": [{"image": "a:1"}], "image": "b:1"}}}}}});
        images(&mut job, TAG);
        let spec = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
        assert_eq!(
            (&spec["containers"][0]["image"], &spec["image"]),
            (&json!("a:1-0badcafe"), &json!("b:1"))
        );
    }
}
