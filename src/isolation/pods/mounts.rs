//! Nothing may hide, replace or open up what mutation mounts.

use serde_json::Value;

use super::injection::{Injected, overlaps};
use super::subject::{Subject, each_container, items, old_spec, text};
use crate::document::Field;
use crate::isolation::{Change, Findings};
use crate::names::{INJECTED_VOLUME_PREFIX, Reason};

const RULE: &str = "pods/mounts";

/// Judges volumes and mounts against what is injected. Volumes and mounts of an
/// existing Pod cannot change; where an update leaves them as they were, a grant
/// that came or went since is not held against it. Links inside an image cannot
/// be seen from here.
pub(super) fn judge(
    change: &Change<'_>,
    subject: &Subject<'_>,
    injected: &[Injected<'_>],
    field: &Field<'_>,
    out: &mut Findings,
) {
    let old = old_spec(change, subject);
    let volumes = field.child("volumes");
    if old.is_none_or(|old| old.get("volumes") != subject.spec.get("volumes")) {
        for (index, volume) in items(subject.spec, "volumes").enumerate() {
            judge_volume(volume, injected, &volumes.index(index), out);
        }
    }
    each_container(subject.spec, field, |list, container, path| {
        let name = text(container, "name");
        let before = old.and_then(|old| items(old, list).find(|c| text(c, "name") == name));
        let changed = |key| before.is_none_or(|before| before.get(key) != container.get(key));
        if changed("volumeMounts") {
            let list = path.child("volumeMounts");
            for (index, mount) in items(container, "volumeMounts").enumerate() {
                judge_mount(mount, injected, &list.index(index), out);
            }
        }
        if changed("volumeDevices") {
            let list = path.child("volumeDevices");
            for (index, device) in items(container, "volumeDevices").enumerate() {
                let path = list.index(index);
                if text(device, "name").starts_with(INJECTED_VOLUME_PREFIX) {
                    reserved(&path.child("name"), out);
                } else {
                    judge_path(
                        text(device, "devicePath"),
                        injected,
                        &path.child("devicePath"),
                        out,
                    );
                }
            }
        }
    });
}

fn judge_volume(volume: &Value, injected: &[Injected<'_>], path: &Field<'_>, out: &mut Findings) {
    let name = text(volume, "name");
    if name.starts_with(INJECTED_VOLUME_PREFIX)
        && !injected.iter().any(|i| i.volume == name && i.volume_value() == *volume)
    {
        reserved(&path.child("name"), out);
    }
}

fn judge_mount(mount: &Value, injected: &[Injected<'_>], path: &Field<'_>, out: &mut Findings) {
    let name = text(mount, "name");
    let mount_path = text(mount, "mountPath");
    if !name.starts_with(INJECTED_VOLUME_PREFIX) {
        judge_path(mount_path, injected, &path.child("mountPath"), out);
    } else if !injected.iter().any(|i| i.volume == name && i.mount_value() == *mount) {
        out.violation(
            RULE,
            Reason::MountShadowed,
            path.to_string(),
            format!(
                "volume {name:?} belongs to Lessor, which mounts it read-only at the \
                 Tenant's path; leave it out"
            ),
        );
    }
}

fn judge_path(path: &str, injected: &[Injected<'_>], field: &Field<'_>, out: &mut Findings) {
    if let Some(shadowed) = injected.iter().find(|i| overlaps(path, i.path)) {
        out.violation(
            RULE,
            Reason::MountShadowed,
            field.to_string(),
            format!(
                "{path:?} overlaps {:?}, where secret {:?} is mounted; use a path outside it",
                shadowed.path, shadowed.secret.name
            ),
        );
    }
}

fn reserved(field: &Field<'_>, out: &mut Findings) {
    out.violation(
        RULE,
        Reason::MountShadowed,
        field.to_string(),
        format!(
            "volume names beginning with {INJECTED_VOLUME_PREFIX:?} are reserved; use another name"
        ),
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::isolation::fixtures::{World, create, update};
    use crate::isolation::pods::injection::injected;
    use crate::isolation::pods::subject::CONTAINER_LISTS;

    fn found(spec: &Value, old: Option<&Value>) -> Vec<String> {
        let world = World::rich();
        let ctx = world.context();
        let plan = injected(&ctx, |_| None);
        let metadata = Value::Null;
        let subject = Subject { metadata: &metadata, spec, root: "", is_template: false };
        let before = json!({"spec": old});
        let change = if old.is_some() { update(&before, &metadata) } else { create(&metadata) };
        let mut out = Findings::default();
        judge(&change, &subject, &plan, &Field::root("spec"), &mut out);
        assert!(out.violations.iter().all(|v| v.reason == Reason::MountShadowed && v.rule == RULE));
        out.violations.into_iter().map(|v| v.field).collect()
    }

    #[test]
    fn injected_mounts_cannot_be_shadowed_in_any_list() {
        for list in CONTAINER_LISTS {
            for path in ["/etc/ca", "/etc", "/etc/ca/x", "/etc/ca/", "/etc/./x/../ca", "etc/ca"] {
                let spec = json!({list: [{"volumeMounts": [{"name": "mine", "mountPath": path}]}]});
                assert_eq!(
                    found(&spec, None),
                    [format!("spec.{list}[0].volumeMounts[0].mountPath")]
                );
                let spec =
                    json!({list: [{"volumeDevices": [{"name": "mine", "devicePath": path}]}]});
                assert_eq!(
                    found(&spec, None),
                    [format!("spec.{list}[0].volumeDevices[0].devicePath")]
                );
            }
            let beside =
                json!({list: [{"volumeMounts": [{"name": "mine", "mountPath": "/etc/cab"}]}]});
            assert_eq!(found(&beside, None), [""; 0]);
        }
    }

    #[test]
    fn our_volume_is_mounted_as_injected_or_not_at_all() {
        let good = json!({"name": "lessor-secret-ca", "mountPath": "/etc/ca", "readOnly": true});
        assert_eq!(found(&json!({"containers": [{"volumeMounts": [good]}]}), None), [""; 0]);
        for (key, value) in [
            ("mountPath", json!("/other")),
            ("readOnly", json!(false)),
            ("subPath", json!("token")),
            ("subPathExpr", json!("$(X)")),
            ("mountPropagation", json!("Bidirectional")),
            ("name", json!("lessor-secret-db")),
        ] {
            let mut bad = good.clone();
            bad[key] = value;
            let spec = json!({"containers": [{"volumeMounts": [bad]}]});
            assert_eq!(found(&spec, None), ["spec.containers[0].volumeMounts[0]"], "{key}");
        }
        let device = json!({"containers": [{"volumeDevices": [{"name": "lessor-secret-ca", "devicePath": "/x"}]}]});
        assert_eq!(found(&device, None), ["spec.containers[0].volumeDevices[0].name"]);
    }

    #[test]
    fn a_volume_of_our_name_holds_our_content() {
        let world = World::rich();
        let good = injected(&world.context(), |_| None)[0].volume_value();
        assert_eq!(found(&json!({"volumes": [good]}), None), [""; 0]);
        for bad in [
            json!({"name": "lessor-secret-ca", "emptyDir": {}}),
            json!({"name": "lessor-secret-db"}),
        ] {
            assert_eq!(found(&json!({"volumes": [bad]}), None), ["spec.volumes[0].name"]);
        }
    }

    #[test]
    fn what_a_pod_already_had_is_not_held_against_its_update() {
        let old = json!({"volumes": [{"name": "lessor-secret-gone", "secret": {}}],
            "containers": [{"name": "a", "volumeMounts": [{"name": "v", "mountPath": "/etc/ca"}]}]});
        assert_eq!(found(&old, Some(&old)), [""; 0]);
        let mut moved = old.clone();
        moved["containers"][0]["volumeMounts"][0]["mountPath"] = json!("/etc");
        assert_eq!(found(&moved, Some(&old)), ["spec.containers[0].volumeMounts[0].mountPath"]);
        let mut new = old.clone();
        new["ephemeralContainers"] = old["containers"].clone();
        assert_eq!(
            found(&new, Some(&old)),
            ["spec.ephemeralContainers[0].volumeMounts[0].mountPath"]
        );
    }
}
