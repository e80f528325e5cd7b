//! Scaling a tenant to zero, and exactly back.

use serde_json::{Value, json};

use super::object::{Kind, ObjectKey, annotation, text};
use crate::names;

/// A change of one workload: a JSON merge patch with UID and resourceVersion in
/// it, so that it changes the very state it was made for.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Which workload.
    pub key: ObjectKey,
    /// JSON merge patch (RFC 7386).
    pub patch: Value,
}

/// What has to change to suspend or resume a tenant's workloads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SuspensionPlan {
    /// Changes, in the order of the workloads.
    pub changes: Vec<Change>,
    /// `namespace/name` of running Pods without a controller: nothing would
    /// bring them back, so they are listed and not killed.
    pub bare_pods: Vec<String>,
}

/// Plans the suspension, or the way back, of workloads as they were observed.
/// Autoscalers stay: they do nothing for a target with 0 replicas.
#[must_use]
pub fn plan(suspended: bool, workloads: &[(ObjectKey, Value)]) -> SuspensionPlan {
    let mut plan = SuspensionPlan::default();
    for (key, object) in workloads {
        if key.kind == Kind::Pod {
            if suspended && is_bare(object) {
                plan.bare_pods.push(format!("{}/{}", key.namespace, key.name));
            }
            continue;
        }
        let patch = if suspended { suspend(key.kind, object) } else { resume(key.kind, object) };
        if let Some(mut patch) = patch {
            for field in ["uid", "resourceVersion"] {
                patch["metadata"][field] = object["metadata"][field].clone();
            }
            plan.changes.push(Change { key: key.clone(), patch });
        }
    }
    plan
}

fn suspend(kind: Kind, object: &Value) -> Option<Value> {
    let patch = |from: String, spec: Value| {
        Some(
            json!({"metadata": {"annotations": {names::SUSPENDED_ANNOTATION: from}}, "spec": spec}),
        )
    };
    match kind {
        Kind::Deployment | Kind::StatefulSet => {
            let replicas = object.pointer("/spec/replicas").and_then(Value::as_u64).unwrap_or(1);
            if replicas == 0 { None } else { patch(replicas.to_string(), json!({"replicas": 0})) }
        }
        Kind::CronJob | Kind::Job => {
            let is_suspended = object.pointer("/spec/suspend").and_then(Value::as_bool);
            if is_suspended == Some(true) || is_finished(object) {
                None
            } else {
                patch("running".to_owned(), json!({"suspend": true}))
            }
        }
        Kind::DaemonSet => {
            if node_selector(object) == Some(names::TRUE) {
                None
            } else {
                let selector = json!({names::SUSPENDED_NODE_LABEL: names::TRUE});
                patch(
                    "running".to_owned(),
                    json!({"template": {"spec": {"nodeSelector": selector}}}),
                )
            }
        }
        _ => None,
    }
}

/// Only what Lessor suspended comes back; a workload that somebody scaled up
/// meanwhile loses the annotation and keeps its scale.
fn resume(kind: Kind, object: &Value) -> Option<Value> {
    let from = annotation(object, names::SUSPENDED_ANNOTATION)?;
    let mut patch = json!({"metadata": {"annotations": {names::SUSPENDED_ANNOTATION: null}}});
    match kind {
        Kind::Deployment | Kind::StatefulSet => {
            let is_zero = object.pointer("/spec/replicas").and_then(Value::as_u64) == Some(0);
            if let Ok(replicas) = from.parse::<u32>()
                && is_zero
            {
                patch["spec"]["replicas"] = json!(replicas);
            }
        }
        Kind::CronJob | Kind::Job => patch["spec"]["suspend"] = json!(false),
        Kind::DaemonSet => {
            let selector = json!({names::SUSPENDED_NODE_LABEL: null});
            patch["spec"]["template"]["spec"]["nodeSelector"] = selector;
        }
        _ => return None,
    }
    Some(patch)
}

fn node_selector(object: &Value) -> Option<&str> {
    object.pointer("/spec/template/spec/nodeSelector")?.get(names::SUSPENDED_NODE_LABEL)?.as_str()
}

/// Whether a Pod's containers still run or may still start.
#[must_use]
pub fn is_live(pod: &Value) -> bool {
    !matches!(text(pod, "/status/phase"), Some("Succeeded" | "Failed"))
}

fn is_bare(pod: &Value) -> bool {
    is_live(pod) && !has_controller(pod)
}

/// Whether something else brings the object back when it is deleted.
fn has_controller(object: &Value) -> bool {
    object
        .pointer("/metadata/ownerReferences")
        .and_then(Value::as_array)
        .is_some_and(|owners| owners.iter().any(|owner| owner["controller"] == Value::Bool(true)))
}

/// A finished Job has nothing to suspend.
fn is_finished(job: &Value) -> bool {
    job.pointer("/status/conditions").and_then(Value::as_array).is_some_and(|conditions| {
        conditions.iter().any(|condition| {
            matches!(condition["type"].as_str(), Some("Complete" | "Failed"))
                && condition["status"] == "True"
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn workload(kind: Kind, spec: &Value) -> (ObjectKey, Value) {
        let object = json!({"metadata": {"name": "w", "namespace": "acme", "uid": "u",
            "resourceVersion": "7"}, "spec": spec});
        (ObjectKey::new(kind, "acme", "w"), object)
    }

    fn apply(workload: &(ObjectKey, Value), plan: &SuspensionPlan) -> (ObjectKey, Value) {
        let mut object = workload.1.clone();
        for change in &plan.changes {
            json_patch::merge(&mut object, &change.patch);
        }
        (workload.0.clone(), object)
    }

    fn round_trip(workload: &(ObjectKey, Value)) -> (Value, Value) {
        let down = apply(workload, &plan(true, std::slice::from_ref(workload)));
        assert_eq!(plan(true, std::slice::from_ref(&down)).changes, [], "suspending is idempotent");
        let up = apply(&down, &plan(false, std::slice::from_ref(&down)));
        assert_eq!(plan(false, std::slice::from_ref(&up)).changes, [], "resuming is idempotent");
        (down.1, up.1)
    }

    #[test]
    fn every_kind_is_suspended_and_comes_back() {
        let (down, up) = round_trip(&workload(Kind::Deployment, &json!({"replicas": 3})));
        assert_eq!((&down["spec"]["replicas"], &up["spec"]["replicas"]), (&json!(0), &json!(3)));
        let (down, up) = round_trip(&workload(Kind::CronJob, &json!({"suspend": false})));
        assert_eq!(
            (&down["spec"]["suspend"], &up["spec"]["suspend"]),
            (&json!(true), &json!(false))
        );
        let daemon = json!({"template": {"spec": {"nodeSelector": {"disk": "ssd"}}}});
        let (down, up) = round_trip(&workload(Kind::DaemonSet, &daemon));
        assert_eq!(
            down["spec"]["template"]["spec"]["nodeSelector"],
            json!({"disk": "ssd", "lessor.io/suspended": "true"})
        );
        assert_eq!(up["spec"], daemon);
    }

    #[test]
    fn what_was_off_before_stays_off_after() {
        for off in [
            workload(Kind::StatefulSet, &json!({"replicas": 0})),
            workload(Kind::CronJob, &json!({"suspend": true})),
        ] {
            let (down, up) = round_trip(&off);
            assert_eq!((&down, &up), (&off.1, &off.1));
        }
    }

    #[test]
    fn a_finished_job_is_left_alone_and_a_running_one_is_not() {
        let (key, mut job) = workload(Kind::Job, &json!({}));
        assert_eq!(plan(true, &[(key.clone(), job.clone())]).changes.len(), 1);
        job["status"] = json!({"conditions": [{"type": "Complete", "status": "True"}]});
        assert_eq!(plan(true, &[(key, job)]).changes, []);
    }

    #[test]
    fn a_workload_scaled_up_meanwhile_keeps_its_scale() {
        let (key, mut object) = workload(Kind::Deployment, &json!({"replicas": 5}));
        object["metadata"]["annotations"] = json!({"lessor.io/suspended-from": "2"});
        let plan = plan(false, &[(key.clone(), object.clone())]);
        let (_, resumed) = apply(&(key, object), &plan);
        assert_eq!(resumed["spec"]["replicas"], 5);
        assert_eq!(resumed["metadata"]["annotations"], json!({}));
    }

    #[test]
    fn bare_pods_are_listed_and_nobody_elses() {
        let (key, bare) = workload(Kind::Pod, &json!({}));
        let mut owned = bare.clone();
        owned["metadata"]["ownerReferences"] = json!([{"controller": true}]);
        let mut done = bare.clone();
        done["status"] = json!({"phase": "Succeeded"});
        let pods = [(key.clone(), bare), (key.clone(), owned), (key, done)];
        let plan = plan(true, &pods);
        assert_eq!((plan.changes.len(), plan.bare_pods), (0, vec!["acme/w".to_owned()]));
    }

    proptest! {
        #[test]
        fn replicas_come_back_exactly(replicas in prop::option::of(0_u32..10_000)) {
            let spec = replicas.map_or_else(|| json!({}), |n| json!({"replicas": n}));
            let (down, up) = round_trip(&workload(Kind::StatefulSet, &spec));
            prop_assert_eq!(down["spec"]["replicas"].as_u64(), Some(0));
            prop_assert_eq!(up["spec"]["replicas"].as_u64(), Some(u64::from(replicas.unwrap_or(1))));
        }
    }
}
