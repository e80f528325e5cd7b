//! The deletion machine ends, and ends in order.

use proptest::prelude::*;

use super::*;
use crate::provision::object::{Kind, ObjectKey};

fn deletes(kind: Kind, namespace: &str, count: usize) -> Vec<Delete> {
    (0..count)
        .map(|index| Delete {
            key: ObjectKey::new(kind, namespace, format!("o{index}")),
            uid: format!("{kind:?}-{index}"),
        })
        .collect()
}

fn namespace(name: &str, count: usize, is_retained: bool) -> DeletingNamespace {
    DeletingNamespace {
        name: name.to_owned(),
        is_retained,
        namespace: Some(Delete {
            key: ObjectKey::new(Kind::Namespace, "", name),
            uid: name.to_owned(),
        }),
        access: deletes(Kind::RoleBinding, name, count),
        secrets: deletes(Kind::Secret, name, count),
        policies: deletes(Kind::NetworkPolicy, name, count),
        workloads: deletes(Kind::Deployment, name, count),
        live_pods: count,
        claims: deletes(Kind::PersistentVolumeClaim, name, count),
        claims_leaving: 0,
        volumes_leaving: count,
    }
}

/// Does what a step says to a world that obeys, but not at once: whatever is
/// waited for takes one more look.
fn obey(world: &mut ObservedDeletion, step: &DeletionStep) {
    match step {
        DeletionStep::Close => world.is_closed = true,
        DeletionStep::Delete(_, gone) => {
            for namespace in &mut world.namespaces {
                let is_left = |delete: &Delete| !gone.contains(delete);
                let claims = namespace.claims.len();
                namespace.access.retain(is_left);
                namespace.secrets.retain(is_left);
                namespace.policies.retain(is_left);
                namespace.workloads.retain(is_left);
                namespace.claims.retain(is_left);
                namespace.claims_leaving += claims - namespace.claims.len();
                namespace.namespace = namespace.namespace.take().filter(is_left);
            }
        }
        DeletionStep::Wait(Phase::Namespaces) => {
            world.namespaces.retain(|namespace| namespace.namespace.is_some());
        }
        DeletionStep::Wait(_) => {
            for namespace in &mut world.namespaces {
                if namespace.workloads.is_empty() {
                    namespace.live_pods = namespace.live_pods.saturating_sub(1);
                }
                if namespace.claims.is_empty() && namespace.claims_leaving > 0 {
                    namespace.claims_leaving -= 1;
                } else if namespace.claims.is_empty() {
                    namespace.volumes_leaving = namespace.volumes_leaving.saturating_sub(1);
                }
            }
        }
        DeletionStep::DropFinalizer => {}
    }
}

/// Runs the machine to its end.
fn run(mut world: ObservedDeletion) -> (Vec<DeletionStep>, ObservedDeletion) {
    let mut steps = Vec::new();
    for _ in 0..500 {
        let step = next(&world);
        obey(&mut world, &step);
        let is_end = step == DeletionStep::DropFinalizer;
        steps.push(step);
        if is_end {
            return (steps, world);
        }
    }
    panic!("the machine does not end: {steps:?}");
}

fn kinds(steps: &[DeletionStep]) -> Vec<Kind> {
    steps
        .iter()
        .filter_map(|step| match step {
            DeletionStep::Delete(_, deletes) => Some(deletes),
            _ => None,
        })
        .flatten()
        .map(|delete| delete.key.kind)
        .collect()
}

fn world(policy: DeletionPolicy, namespaces: Vec<DeletingNamespace>) -> ObservedDeletion {
    ObservedDeletion { policy, is_closed: false, namespaces }
}

#[test]
fn deletion_goes_from_pods_over_data_to_isolation() {
    let (steps, _) = run(world(DeletionPolicy::Delete, vec![namespace("acme", 1, false)]));
    assert_eq!(
        kinds(&steps),
        [
            Kind::RoleBinding,
            Kind::Deployment,
            Kind::PersistentVolumeClaim,
            Kind::Secret,
            Kind::NetworkPolicy,
            Kind::Namespace
        ]
    );
    assert_eq!(steps.first(), Some(&DeletionStep::Close));
}

#[test]
fn retaining_takes_access_and_secrets_and_nothing_else() {
    let (steps, left) = run(world(DeletionPolicy::Retain, vec![namespace("acme", 2, false)]));
    assert_eq!(kinds(&steps), [Kind::RoleBinding, Kind::RoleBinding, Kind::Secret, Kind::Secret]);
    assert!(left.namespaces[0].namespace.is_some());
    assert!(!steps.iter().any(|step| matches!(step, DeletionStep::Wait(_))));
}

#[test]
fn a_retained_namespace_survives_the_policy_delete() {
    let both = vec![namespace("acme", 1, false), namespace("kept", 1, true)];
    let (_, left) = run(world(DeletionPolicy::Delete, both));
    assert_eq!(left.namespaces.len(), 1);
    let kept = &left.namespaces[0];
    assert_eq!((kept.name.as_str(), kept.policies.len(), kept.claims.len()), ("kept", 1, 1));
    assert_eq!((kept.access.len(), kept.secrets.len()), (0, 0));
}

#[test]
fn isolation_waits_for_the_last_pod_of_any_namespace() {
    let mut busy = namespace("busy", 0, false);
    busy.live_pods = 1;
    let mut idle = namespace("idle", 1, false);
    (idle.access, idle.workloads, idle.live_pods) = (Vec::new(), Vec::new(), 0);
    let mut world = world(DeletionPolicy::Delete, vec![busy, idle]);
    world.is_closed = true;
    assert_eq!(next(&world), DeletionStep::Wait(Phase::Workloads));
}

proptest! {
    #[test]
    fn every_deletion_ends_and_its_phases_never_go_back(
        counts in prop::collection::vec((0_usize..4, any::<bool>()), 0..4),
        is_delete in any::<bool>(),
    ) {
        let policy = if is_delete { DeletionPolicy::Delete } else { DeletionPolicy::Retain };
        let namespaces = counts
            .iter()
            .enumerate()
            .map(|(index, (count, is_kept))| namespace(&format!("n{index}"), *count, *is_kept))
            .collect();
        let (steps, left) = run(world(policy, namespaces));
        let phases: Vec<Phase> = steps
            .iter()
            .filter_map(|step| match step {
                DeletionStep::Delete(phase, _) | DeletionStep::Wait(phase) => Some(*phase),
                _ => None,
            })
            .collect();
        prop_assert!(phases.is_sorted(), "{phases:?}");
        let kept = counts.iter().filter(|(_, is_retained)| !is_delete || *is_retained).count();
        prop_assert_eq!(left.namespaces.len(), kept);
    }
}
