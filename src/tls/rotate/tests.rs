//! Issuing, the Secret and the order of a rotation, by example.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::tls::{inspect, verify};

const START: &str = "2026-01-01T00:00:00Z";

pub(super) fn start() -> Timestamp {
    START.parse().unwrap()
}

pub(super) fn later(moment: Timestamp, seconds: u64) -> Timestamp {
    moment + Duration::from_secs(seconds)
}

pub(super) fn days(count: u64) -> u64 {
    count * 24 * 3600
}

pub(super) fn want() -> Want {
    Want {
        names: ServingNames::for_service("lessor-webhook", "lessor-system"),
        validity: Validity::DEFAULT,
    }
}

pub(super) fn new_generation(now: Timestamp) -> Generation {
    issue(&want().names, &want().validity, now).unwrap()
}

/// Two webhook entries with this bundle, seen since `since`.
fn seen(bundle: &str, since: Timestamp) -> Observed {
    Observed { bundles: vec![bundle.as_bytes().to_vec(); 2], since }
}

fn serving(leaves: &[&Generation]) -> Replicas {
    Replicas::Serving(leaves.iter().map(|leaf| leaf.leaf().fingerprint.clone()).collect())
}

#[test]
fn issued_leaf_verifies_for_every_name_and_for_no_other() {
    let names = want().names.with_dns("Hook.Example").with_ip("10.1.2.3".parse().unwrap());
    let generation = issue(&names, &Validity::DEFAULT, start()).unwrap();
    let check = |name: &str, at| {
        let (ca, cert) = (generation.ca_pem(), generation.cert_pem());
        verify(ca.as_bytes(), cert.as_bytes(), name, at).is_ok()
    };
    for name in [
        "lessor-webhook.lessor-system.svc",
        "lessor-webhook.lessor-system.svc.cluster.local",
        "lessor-webhook.lessor-system",
        "hook.example",
        "10.1.2.3",
    ] {
        assert!(check(name, start()), "{name}");
    }
    for name in ["lessor-webhook", "lessor-webhook.other.svc", "10.1.2.4", "not a name"] {
        assert!(!check(name, start()), "{name}");
    }
    assert!(check("hook.example", later(start(), days(90) - 1)));
    assert!(!check("hook.example", later(start(), days(90) + 1)));
    let other = new_generation(start());
    let cert = generation.cert_pem().as_bytes();
    assert!(verify(other.ca_pem().as_bytes(), cert, "hook.example", start()).is_err());
}

#[test]
fn ca_and_leaf_have_their_lives_and_are_renewed_together() {
    let generation = new_generation(start());
    let ca = inspect(generation.ca_pem().as_bytes()).unwrap();
    assert_eq!(ca.not_after, later(start(), days(365)));
    assert_eq!(generation.leaf().not_after, later(start(), days(90)));
    assert_eq!(generation.not_after(), generation.leaf().not_after);
    let life = generation.leaf().not_after.duration_since(generation.leaf().not_before);
    let used = generation.renew_at().duration_since(generation.leaf().not_before);
    assert!(used * 3 <= life * 2 && used * 3 > life * 2 - SignedDuration::from_secs(9));
}

#[test]
fn a_service_with_the_longest_names_gets_a_certificate() {
    let names = ServingNames::for_service(&"s".repeat(63), &"n".repeat(63));
    assert!(issue(&names, &Validity::DEFAULT, start()).is_ok());
    let impossible = names.with_dns("a\u{e9}");
    assert!(matches!(
        issue(&impossible, &Validity::DEFAULT, start()),
        Err(IssueError::Generate(_))
    ));
}

#[test]
fn lives_that_cannot_work_are_refused() {
    let hour = Duration::from_hours(1);
    assert!(Validity::new(hour, hour).is_ok());
    assert!(matches!(Validity::new(hour, hour / 2), Err(IssueError::Validity)));
    assert!(matches!(Validity::new(hour, hour * 2), Err(IssueError::Validity)));
    assert!(matches!(Validity::new(hour * 24 * 4000, hour), Err(IssueError::Validity)));
    for moment in [Timestamp::MIN, Timestamp::MAX] {
        let issued = issue(&want().names, &Validity::DEFAULT, moment);
        assert!(matches!(issued, Err(IssueError::Time)), "{moment}");
    }
}

#[test]
fn the_secret_survives_a_round_and_damage_counts_as_absent() {
    let old = new_generation(start());
    let held = Held::default().issued(old.clone()).switched(start());
    let held = held.issued(new_generation(start())).switched(later(start(), 60));
    let held = held.issued(new_generation(later(start(), 120)));
    let data = held.write();
    assert_eq!(Held::read(&data), held);
    let keys: Vec<_> = data.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "ca.crt",
            "current-ca.crt",
            "next-ca.crt",
            "next-tls.crt",
            "next-tls.key",
            "previous-ca.crt",
            "previous-tls.crt",
            "switched-at",
            "tls.crt",
            "tls.key"
        ]
    );
    assert_eq!(data["ca.crt"], held.bundle().into_bytes());

    let mut damaged = data.clone();
    damaged.insert("tls.key".to_owned(), old.key_pem().as_bytes().to_vec());
    damaged.insert("next-ca.crt".to_owned(), old.ca_pem().as_bytes().to_vec());
    damaged.insert("switched-at".to_owned(), b"yesterday".to_vec());
    assert_eq!(Held::read(&damaged), Held::default());
    assert_eq!(Held::read(&BTreeMap::new()), Held::default());
}

#[test]
fn debug_shows_no_key() {
    let held = Held::default().issued(new_generation(start()));
    let text = format!("{held:?}");
    assert!(!text.contains("PRIVATE") && text.contains("fingerprint"), "{text}");
}

#[test]
fn the_first_certificate_waits_for_its_bundle() {
    let now = start();
    let held = Held::default();
    let empty = seen("", now);
    let decide =
        |held: &Held, observed: &Observed| plan(held, observed, &Replicas::Unknown, &want(), now);
    assert_eq!(decide(&held, &empty), Action::Issue);
    let held = held.issued(new_generation(now));
    let cas = held.bundle();
    assert_eq!(decide(&held, &empty), Action::PublishBundle { cas: cas.clone() });
    // Nobody is served yet, so there is nothing to settle for.
    assert_eq!(decide(&held, &seen(&cas, now)), Action::SwitchLeaf);
    let held = held.switched(now);
    let until = held.current.as_ref().unwrap().renew_at();
    assert_eq!(decide(&held, &seen(&cas, now)), Action::Nothing { until });
}

#[test]
fn without_configurations_there_is_nobody_to_publish_to() {
    let observed = Observed { bundles: Vec::new(), since: start() };
    let held = Held::default().issued(new_generation(start()));
    let action = plan(&held, &observed, &Replicas::Unknown, &want(), start());
    assert_eq!(action, Action::SwitchLeaf);
}

#[test]
fn a_rotation_in_order() {
    let (old, now) = (new_generation(start()), later(start(), days(61)));
    let held = Held::default().issued(old.clone()).switched(start());
    let decide = |held: &Held, observed: &Observed, replicas: &Replicas, now| {
        plan(held, observed, replicas, &want(), now)
    };
    let unknown = &Replicas::Unknown;
    assert_eq!(decide(&held, &seen(old.ca_pem(), start()), unknown, now), Action::Issue);

    let held = held.issued(new_generation(now));
    let both = held.bundle();
    let new = held.next.clone().unwrap();
    assert!(both.contains(old.ca_pem().trim()) && both.contains(new.ca_pem().trim()));
    let publish = Action::PublishBundle { cas: both.clone() };
    assert_eq!(decide(&held, &seen(old.ca_pem(), start()), unknown, now), publish);
    // One of two configurations is not enough.
    let half = Observed {
        bundles: vec![both.clone().into_bytes(), old.ca_pem().as_bytes().to_vec()],
        since: start(),
    };
    assert_eq!(decide(&held, &half, unknown, now), publish);

    let published = seen(&both, now);
    let settled = later(now, SETTLE.as_secs());
    assert_eq!(
        decide(&held, &published, unknown, later(now, 1)),
        Action::Nothing { until: settled }
    );
    assert_eq!(decide(&held, &published, unknown, settled), Action::SwitchLeaf);

    let held = held.switched(settled);
    let grace = later(settled, REPLICA_GRACE.as_secs());
    assert_eq!(
        decide(&held, &published, unknown, later(settled, 599)),
        Action::Nothing { until: grace }
    );
    assert_eq!(decide(&held, &published, unknown, grace), Action::DropOldCa);
    let some = serving(&[&new, &old]);
    let recheck = later(grace, 10);
    assert_eq!(
        decide(&held, &published, &some, grace),
        Action::Nothing { until: recheck },
        "a replica that was asked and still serves the old leaf keeps the CA"
    );
    let all = serving(&[&new, &new]);
    assert_eq!(decide(&held, &published, &all, settled), Action::DropOldCa);
    assert_eq!(
        decide(&held, &published, &some, old.leaf().not_after),
        Action::DropOldCa,
        "an expired leaf is not worth a CA"
    );

    let held = held.old_ca_dropped();
    let only = Action::PublishBundle { cas: held.bundle() };
    assert_eq!(decide(&held, &published, &all, grace), only);
    let until = new.renew_at();
    let done = seen(new.ca_pem(), grace);
    assert_eq!(decide(&held, &done, &all, grace), Action::Nothing { until });
}

#[test]
fn a_wiped_or_garbled_bundle_is_published_again() {
    let held = Held::default().issued(new_generation(start())).switched(start());
    let publish = Action::PublishBundle { cas: held.bundle() };
    for bundle in ["", "garbage", "-----BEGIN CERTIFICATE-----\nAAAA", START] {
        let action = plan(&held, &seen(bundle, start()), &Replicas::Unknown, &want(), start());
        assert_eq!(action, publish, "{bundle:?}");
    }
}

#[test]
fn a_new_name_and_a_leaf_without_future_lead_to_a_new_generation() {
    let held = Held::default().issued(new_generation(start())).switched(start());
    let observed = seen(&held.bundle(), start());
    let decide = |want: &Want, now| plan(&held, &observed, &Replicas::Unknown, want, now);
    assert!(matches!(decide(&want(), start()), Action::Nothing { .. }));
    let renamed = Want { names: want().names.with_dns("hook.example"), ..want() };
    assert_eq!(decide(&renamed, start()), Action::Issue);
    assert_eq!(decide(&want(), later(start(), days(91))), Action::Issue);

    // A generation that waited too long is replaced, not served.
    let now = later(start(), days(70));
    let stale = held.clone().issued(new_generation(start()));
    let observed = seen(&stale.bundle(), start());
    assert_eq!(plan(&stale, &observed, &Replicas::Unknown, &want(), now), Action::Issue);
}
