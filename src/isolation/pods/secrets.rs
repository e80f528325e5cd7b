//! Which Secrets a Pod may refer to.

use super::fields::secret_names;
use super::injection::is_granted;
use super::subject::{Subject, old_spec};
use crate::document::Field;
use crate::isolation::{Change, Context, Findings};
use crate::names::{RESERVED_NAME_PREFIX, Reason};

/// Refuses references to distributed secrets that are meant for other workloads
/// and to Lessor's own (CVE-2023-2728, CVE-2024-3177): by name, in every form of
/// reference, whether or not the Secret exists or is optional. A reference that
/// an existing Pod already had is not held against its update.
pub(super) fn judge(
    ctx: &Context<'_>,
    change: &Change<'_>,
    subject: &Subject<'_>,
    field: &Field<'_>,
    out: &mut Findings,
) {
    let old = old_spec(change, subject);
    let mut known: Option<Vec<(String, String)>> = None;
    secret_names(subject.spec, field, |field, name| {
        if is_granted(ctx, name, |key| subject.label(key)) {
            return;
        }
        let known = known.get_or_insert_with(|| {
            let mut known = Vec::new();
            if let Some(old) = old {
                secret_names(old, &Field::root("spec"), |field, name| {
                    known.push((field.to_string(), name.to_owned()));
                });
            }
            known
        });
        let field = field.to_string();
        if known.iter().any(|(path, old)| *path == field && old == name) {
            return;
        }
        let message = if ctx.tenant.secrets.iter().any(|secret| secret.name == name) {
            format!(
                "secret {name:?} is distributed to other workloads; \
                 its mounts in Tenant {:?} select Pods by label",
                ctx.tenant.name
            )
        } else {
            format!(
                "secret names beginning with {RESERVED_NAME_PREFIX:?} are reserved; \
                 use a Secret of your own"
            )
        };
        out.violation("pods/secrets", Reason::SecretNotGranted, field, message);
    });
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::isolation::fixtures::{World, create, update};

    fn found(labels: &Value, spec: &Value, old: Option<&Value>) -> Vec<String> {
        let world = World::rich();
        let pod = json!({"metadata": {"labels": labels}, "spec": spec});
        let before = json!({"spec": old});
        let change = if old.is_some() { update(&before, &pod) } else { create(&pod) };
        let subject = Subject { metadata: &pod["metadata"], spec, root: "", is_template: false };
        let mut out = Findings::default();
        judge(&world.context(), &change, &subject, &Field::root("spec"), &mut out);
        assert!(
            out.violations
                .iter()
                .all(|v| v.reason == Reason::SecretNotGranted && v.rule == "pods/secrets")
        );
        out.violations.into_iter().map(|v| v.field).collect()
    }

    /// Every form of reference, with the path of the name.
    fn forms(name: &str) -> Vec<(Value, String)> {
        let mut forms = vec![(
            json!({"imagePullSecrets": [{"name": name}]}),
            "spec.imagePullSecrets[0].name".to_owned(),
        )];
        for list in super::super::subject::CONTAINER_LISTS {
            forms.push((
                json!({list: [{"env": [{"name": "X", "valueFrom": {"secretKeyRef": {"name": name, "key": "k", "optional": true}}}]}]}),
                format!("spec.{list}[0].env[0].valueFrom.secretKeyRef.name"),
            ));
            forms.push((
                json!({list: [{"envFrom": [{"secretRef": {"name": name}}]}]}),
                format!("spec.{list}[0].envFrom[0].secretRef.name"),
            ));
        }
        let reference = json!({"name": name});
        for (source, path) in [
            (json!({"secret": {"secretName": name}}), "secret.secretName"),
            (
                json!({"projected": {"sources": [{"secret": {"name": name}}]}}),
                "projected.sources[0].secret.name",
            ),
            (json!({"csi": {"nodePublishSecretRef": reference}}), "csi.nodePublishSecretRef.name"),
            (json!({"azureFile": {"secretName": name}}), "azureFile.secretName"),
            (json!({"cephfs": {"secretRef": reference}}), "cephfs.secretRef.name"),
            (json!({"flexVolume": {"secretRef": reference}}), "flexVolume.secretRef.name"),
            (json!({"iscsi": {"secretRef": reference}}), "iscsi.secretRef.name"),
            (json!({"rbd": {"secretRef": reference}}), "rbd.secretRef.name"),
            (json!({"scaleIO": {"secretRef": reference}}), "scaleIO.secretRef.name"),
            (json!({"storageos": {"secretRef": reference}}), "storageos.secretRef.name"),
        ] {
            forms.push((json!({"volumes": [source]}), format!("spec.volumes[0].{path}")));
        }
        forms
    }

    #[test]
    fn distributed_secrets_are_for_the_workloads_they_are_granted_to() {
        for (spec, field) in forms("db") {
            assert_eq!(found(&json!({"app": "other"}), &spec, None), std::slice::from_ref(&field));
            assert_eq!(found(&json!({"app": "web"}), &spec, None), [""; 0], "{field}");
        }
        for (spec, field) in forms("lessor-webhook-tls") {
            assert_eq!(found(&json!({"app": "web"}), &spec, None), [field]);
        }
        for (spec, _) in forms("own") {
            assert_eq!(found(&json!({}), &spec, None), [""; 0]);
        }
    }

    #[test]
    fn an_update_is_refused_for_new_references_only() {
        let old = json!({"containers": [{"envFrom": [{"secretRef": {"name": "db"}}]}]});
        assert_eq!(found(&json!({}), &old, Some(&old)), [""; 0]);
        let mut renamed = old.clone();
        renamed["containers"][0]["envFrom"][0]["secretRef"]["name"] = json!("lessor-x");
        assert_eq!(
            found(&json!({}), &renamed, Some(&old)),
            ["spec.containers[0].envFrom[0].secretRef.name"]
        );
        let mut new = old.clone();
        new["ephemeralContainers"] = old["containers"].clone();
        assert_eq!(
            found(&json!({}), &new, Some(&old)),
            ["spec.ephemeralContainers[0].envFrom[0].secretRef.name"]
        );
    }
}
