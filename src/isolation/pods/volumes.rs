//! Which volumes a Pod may have.

use serde_json::Value;

use super::subject::{items, text};
use crate::document::Field;
use crate::isolation::{Context, Findings};
use crate::names::Reason;

/// Sources that every tenant may use. `ephemeral` claims are each judged as
/// a `PersistentVolumeClaim`, see [`super::ephemeral_claims`].
const ALLOWED: [&str; 7] = [
    "configMap",
    "secret",
    "projected",
    "downwardAPI",
    "emptyDir",
    "persistentVolumeClaim",
    "ephemeral",
];

/// Judges the source of every volume (CVE-2025-1767, CVE-2021-25741; KEP-596
/// leaves inline CSI volumes to admission). A volume without a source is an
/// `emptyDir`; one with several is refused, whichever of them would win.
pub(super) fn judge(ctx: &Context<'_>, spec: &Value, field: &Field<'_>, out: &mut Findings) {
    let list = field.child("volumes");
    let mut unlimited = None;
    for (index, volume) in items(spec, "volumes").enumerate() {
        let path = list.index(index);
        let Some(entries) = volume.as_object() else { continue };
        let sources = || entries.iter().filter(|(key, value)| *key != "name" && !value.is_null());
        if sources().count() > 1 {
            out.violation(
                "pods/volumes",
                Reason::VolumeTypeForbidden,
                path.to_string(),
                "a volume must have exactly one source",
            );
        }
        for (source, value) in sources() {
            judge_source(ctx, source, value, &path, out);
        }
        if volume.get("emptyDir").is_some_and(|e| e.get("sizeLimit").is_none_or(Value::is_null)) {
            unlimited = unlimited.or(Some(index));
        }
    }
    if let Some(index) = unlimited {
        out.warn(format!(
            "{}.emptyDir has no sizeLimit: only ephemeral-storage limits bound it",
            list.index(index)
        ));
    }
}

fn judge_source(
    ctx: &Context<'_>,
    source: &str,
    value: &Value,
    path: &Field<'_>,
    out: &mut Findings,
) {
    let (field, message) = match source {
        _ if ALLOWED.contains(&source) => return,
        "image" if ctx.class.image_volumes => return,
        "csi" if ctx.class.csi_drivers.iter().any(|driver| driver == text(value, "driver")) => {
            return;
        }
        "csi" => {
            let drivers = &ctx.class.csi_drivers;
            let message = format!(
                "CSI driver {:?} is not allowed; the class allows {drivers:?}",
                text(value, "driver")
            );
            (path.child("csi").child("driver").to_string(), message)
        }
        _ => (
            path.child(source).to_string(),
            format!("volume type {source:?} is not allowed; allowed are {}", allowed(ctx)),
        ),
    };
    out.violation("pods/volumes", Reason::VolumeTypeForbidden, field, message);
}

fn allowed(ctx: &Context<'_>) -> String {
    let mut names = ALLOWED.to_vec();
    if ctx.class.image_volumes {
        names.push("image");
    }
    if !ctx.class.csi_drivers.is_empty() {
        names.push("csi");
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::isolation::fixtures::World;

    fn found(world: &World, volumes: &Value) -> (Vec<String>, usize) {
        let mut out = Findings::default();
        judge(&world.context(), &json!({"volumes": volumes}), &Field::root("spec"), &mut out);
        assert!(out.violations.iter().all(|v| v.reason == Reason::VolumeTypeForbidden));
        assert!(out.warnings.iter().all(|w| w.len() <= 120));
        (out.violations.into_iter().map(|v| v.field).collect(), out.warnings.len())
    }

    #[test]
    fn only_listed_sources_are_allowed() {
        let world = World::default();
        for source in ALLOWED {
            let limit = json!([{"name": "v", source: {"sizeLimit": "1Gi"}}]);
            assert_eq!(found(&world, &limit), (vec![], 0), "{source}");
        }
        for source in [
            "hostPath",
            "gitRepo",
            "nfs",
            "iscsi",
            "rbd",
            "cephfs",
            "glusterfs",
            "flexVolume",
            "local",
            "image",
            "portworxVolume",
            "inventedTomorrow",
        ] {
            let volumes = json!([{"name": "a"}, {"name": "v", source: {}}]);
            assert_eq!(found(&world, &volumes).0, [format!("spec.volumes[1].{source}")]);
        }
    }

    #[test]
    fn an_allowed_source_does_not_hide_a_forbidden_one() {
        let volumes =
            json!([{"name": "v", "emptyDir": {"sizeLimit": "1"}, "hostPath": {"path": "/"}}]);
        assert_eq!(
            found(&World::default(), &volumes).0,
            ["spec.volumes[0]", "spec.volumes[0].hostPath"]
        );
        let two = json!([{"name": "v", "emptyDir": {"sizeLimit": "1"}, "secret": {}}]);
        assert_eq!(found(&World::default(), &two).0, ["spec.volumes[0]"]);
        let null = json!([{"name": "v", "emptyDir": {"sizeLimit": "1"}, "hostPath": null}]);
        assert_eq!(found(&World::default(), &null).0, [""; 0]);
    }

    #[test]
    fn the_class_opens_csi_drivers_and_images() {
        let mut world = World::default();
        let csi =
            json!([{"name": "v", "csi": {"driver": "secrets.example"}}, {"name": "w", "csi": {}}]);
        assert_eq!(
            found(&world, &csi).0,
            ["spec.volumes[0].csi.driver", "spec.volumes[1].csi.driver"]
        );
        world.class.csi_drivers = vec!["secrets.example".to_owned()];
        assert_eq!(found(&world, &csi).0, ["spec.volumes[1].csi.driver"]);
        world.class.image_volumes = true;
        assert_eq!(found(&world, &json!([{"name": "v", "image": {}}])).0, [""; 0]);
    }

    #[test]
    fn empty_dirs_without_limit_warn_once() {
        let volumes = json!([{"name": "a", "emptyDir": {}}, {"name": "b", "emptyDir": {}}]);
        assert_eq!(found(&World::default(), &volumes), (vec![], 1));
    }
}
