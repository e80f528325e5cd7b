//! The rotation, by example and as a world with two leaders.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::tls::{inspect, verify};

const START: &str = "2026-01-01T00:00:00Z";

fn start() -> Timestamp {
    START.parse().unwrap()
}

fn later(moment: Timestamp, seconds: u64) -> Timestamp {
    moment + SignedDuration::from_secs(i64::try_from(seconds).unwrap())
}

fn days(count: u64) -> u64 {
    count * 24 * 3600
}

fn want() -> Want {
    Want {
        names: ServingNames::for_service("lessor-webhook", "lessor-system"),
        validity: Validity::DEFAULT,
    }
}

fn new_generation(now: Timestamp) -> Generation {
    issue(&want().names, &want().validity, now).unwrap()
}

/// Two webhook entries with this bundle, seen since `since`.
fn seen(bundle: &str, since: Timestamp) -> Observed {
    Observed {
        bundles: vec![bundle.as_bytes().to_vec(); 2],
        since,
    }
}

fn serving(leaves: &[&Generation]) -> Replicas {
    Replicas::Serving(
        leaves
            .iter()
            .map(|leaf| leaf.leaf().fingerprint.clone())
            .collect(),
    )
}

#[test]
fn issued_leaf_verifies_for_every_name_and_for_no_other() {
    let names = want()
        .names
        .with_dns("Hook.Example")
        .with_ip("10.1.2.3".parse().unwrap());
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
    for name in [
        "lessor-webhook",
        "lessor-webhook.other.svc",
        "10.1.2.4",
        "not a name",
    ] {
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
    let life = generation
        .leaf()
        .not_after
        .duration_since(generation.leaf().not_before);
    let used = generation
        .renew_at()
        .duration_since(generation.leaf().not_before);
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
    let hour = Duration::from_secs(3600);
    assert!(Validity::new(hour, hour).is_ok());
    assert!(matches!(
        Validity::new(hour, hour / 2),
        Err(IssueError::Validity)
    ));
    assert!(matches!(
        Validity::new(hour, hour * 2),
        Err(IssueError::Validity)
    ));
    assert!(matches!(
        Validity::new(hour * 24 * 4000, hour),
        Err(IssueError::Validity)
    ));
    for moment in [Timestamp::MIN, Timestamp::MAX] {
        let issued = issue(&want().names, &Validity::DEFAULT, moment);
        assert!(matches!(issued, Err(IssueError::Time)), "{moment}");
    }
}

#[test]
fn the_secret_survives_a_round_and_damage_counts_as_absent() {
    let old = new_generation(start());
    let held = Held::default().issued(old.clone()).switched(start());
    let held = held
        .issued(new_generation(start()))
        .switched(later(start(), 60));
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
    assert!(
        !text.contains("PRIVATE") && text.contains("fingerprint"),
        "{text}"
    );
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
    assert_eq!(
        decide(&held, &empty),
        Action::PublishBundle { cas: cas.clone() }
    );
    // Nobody is served yet, so there is nothing to settle for.
    assert_eq!(decide(&held, &seen(&cas, now)), Action::SwitchLeaf);
    let held = held.switched(now);
    let until = held.current.as_ref().unwrap().renew_at();
    assert_eq!(decide(&held, &seen(&cas, now)), Action::Nothing { until });
}

#[test]
fn without_configurations_there_is_nobody_to_publish_to() {
    let observed = Observed {
        bundles: Vec::new(),
        since: start(),
    };
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
    assert_eq!(
        decide(&held, &seen(old.ca_pem(), start()), unknown, now),
        Action::Issue
    );

    let held = held.issued(new_generation(now));
    let both = held.bundle();
    let new = held.next.clone().unwrap();
    assert!(both.contains(old.ca_pem().trim()) && both.contains(new.ca_pem().trim()));
    let publish = Action::PublishBundle { cas: both.clone() };
    assert_eq!(
        decide(&held, &seen(old.ca_pem(), start()), unknown, now),
        publish
    );
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
    assert_eq!(
        decide(&held, &published, unknown, settled),
        Action::SwitchLeaf
    );

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
    let held = Held::default()
        .issued(new_generation(start()))
        .switched(start());
    let publish = Action::PublishBundle { cas: held.bundle() };
    for bundle in ["", "garbage", "-----BEGIN CERTIFICATE-----\nAAAA", START] {
        let action = plan(
            &held,
            &seen(bundle, start()),
            &Replicas::Unknown,
            &want(),
            start(),
        );
        assert_eq!(action, publish, "{bundle:?}");
    }
}

#[test]
fn a_new_name_and_a_leaf_without_future_lead_to_a_new_generation() {
    let held = Held::default()
        .issued(new_generation(start()))
        .switched(start());
    let observed = seen(&held.bundle(), start());
    let decide = |want: &Want, now| plan(&held, &observed, &Replicas::Unknown, want, now);
    assert!(matches!(decide(&want(), start()), Action::Nothing { .. }));
    let renamed = Want {
        names: want().names.with_dns("hook.example"),
        ..want()
    };
    assert_eq!(decide(&renamed, start()), Action::Issue);
    assert_eq!(decide(&want(), later(start(), days(91))), Action::Issue);

    // A generation that waited too long is replaced, not served.
    let now = later(start(), days(70));
    let stale = held.clone().issued(new_generation(start()));
    let observed = seen(&stale.bundle(), start());
    assert_eq!(
        plan(&stale, &observed, &Replicas::Unknown, &want(), now),
        Action::Issue
    );
}

#[derive(Debug, Clone, Copy)]
enum Step {
    /// Time passes, in seconds.
    Wait(u64),
    /// A leader reads the configurations.
    Look(usize),
    /// It reads the Secret, plans, and keeps what it would write.
    Think(usize),
    /// It writes; refused when somebody wrote since it read.
    Write(usize),
    /// A replica's mount is refreshed.
    Refresh(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (1_u64..90).prop_map(Step::Wait),
        3 => (0_usize..2).prop_map(Step::Look),
        3 => (0_usize..2).prop_map(Step::Think),
        3 => (0_usize..2).prop_map(Step::Write),
        2 => (0_usize..3).prop_map(Step::Refresh),
    ]
}

#[derive(Default, Clone)]
struct Leader {
    looked: Option<(u64, Vec<u8>)>,
    since: Option<(Vec<u8>, Timestamp)>,
    thought: Option<(u64, u64, Action, Held)>,
}

struct World {
    now: Timestamp,
    secret: (u64, BTreeMap<String, Vec<u8>>),
    bundle: (u64, Vec<u8>),
    published: Vec<(Timestamp, Vec<u8>)>,
    replicas: [Option<Generation>; 3],
    refreshed: [Timestamp; 3],
    leaders: [Leader; 2],
    asked: bool,
}

impl World {
    fn new(asked: bool) -> Self {
        Self {
            now: start(),
            secret: (0, BTreeMap::new()),
            bundle: (0, Vec::new()),
            published: Vec::new(),
            replicas: [const { None }; 3],
            refreshed: [start(); 3],
            leaders: Default::default(),
            asked,
        }
    }

    fn held(&self) -> Held {
        Held::read(&self.secret.1)
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Wait(seconds) => {
                self.now = later(self.now, seconds);
                // A kubelet may be slow, but not slower than this.
                for replica in 0..3 {
                    if self.now.duration_since(self.refreshed[replica]).as_secs() > 100 {
                        self.refresh(replica);
                    }
                }
            }
            Step::Refresh(replica) => self.refresh(replica),
            Step::Look(leader) => {
                let looked = self.bundle.clone();
                let (leader, now) = (&mut self.leaders[leader], self.now);
                if leader
                    .since
                    .as_ref()
                    .is_none_or(|(seen, _)| *seen != looked.1)
                {
                    leader.since = Some((looked.1.clone(), now));
                }
                leader.looked = Some(looked);
            }
            Step::Think(leader) => self.think(leader),
            Step::Write(leader) => self.write(leader),
        }
    }

    fn refresh(&mut self, replica: usize) {
        self.refreshed[replica] = self.now;
        if let Some(current) = self.held().current {
            self.replicas[replica] = Some(current);
        }
    }

    fn think(&mut self, leader: usize) {
        let held = self.held();
        let replicas = if self.asked {
            let leaves = self.replicas.iter().flatten();
            Replicas::Serving(leaves.map(|leaf| leaf.leaf().fingerprint.clone()).collect())
        } else {
            Replicas::Unknown
        };
        let leader = &mut self.leaders[leader];
        let (Some((version, bundle)), Some((_, since))) = (leader.looked.take(), &leader.since)
        else {
            return;
        };
        let observed = Observed {
            bundles: vec![bundle],
            since: *since,
        };
        let action = plan(&held, &observed, &replicas, &want(), self.now);
        leader.thought = Some((version, self.secret.0, action, held));
    }

    fn write(&mut self, leader: usize) {
        let Some((bundle, secret, action, held)) = self.leaders[leader].thought.take() else {
            return;
        };
        if let Action::PublishBundle { cas } = &action {
            if bundle == self.bundle.0 {
                self.bundle = (bundle + 1, cas.clone().into_bytes());
                self.published.push((self.now, self.bundle.1.clone()));
            }
            return;
        }
        let held = match action {
            Action::Issue => held.issued(new_generation(self.now)),
            Action::SwitchLeaf => held.switched(self.now),
            Action::DropOldCa => held.old_ca_dropped(),
            Action::Nothing { .. } | Action::PublishBundle { .. } => return,
        };
        if secret == self.secret.0 {
            self.secret = (secret + 1, held.write());
        }
    }

    fn assert_trusted(&self) -> Result<(), TestCaseError> {
        let served = self.held().current;
        for leaf in self.replicas.iter().chain([&served]).flatten() {
            let name = "lessor-webhook.lessor-system.svc";
            let verified = verify(&self.bundle.1, leaf.cert_pem().as_bytes(), name, self.now);
            prop_assert!(
                verified.is_ok(),
                "a served leaf is not trusted: {verified:?}"
            );
        }
        Ok(())
    }

    /// Both leaders take whole turns until neither has anything to do.
    fn settle(&mut self) -> Result<(), TestCaseError> {
        for _ in 0..40 {
            let mut idle = 0;
            for leader in 0..2 {
                self.take(Step::Look(leader));
                self.take(Step::Think(leader));
                let current = self.held().current.map(|current| current.renew_at());
                let thought = self.leaders[leader].thought.as_ref();
                let until = thought.and_then(|(_, _, action, _)| match action {
                    Action::Nothing { until } => Some(*until),
                    _ => None,
                });
                idle += usize::from(until.is_some() && until == current);
                self.take(Step::Write(leader));
                self.assert_trusted()?;
            }
            if idle == 2 {
                let held = self.held();
                prop_assert!(held.next.is_none() && held.previous.is_none());
                return Ok(());
            }
            self.take(Step::Wait(60));
        }
        prop_assert!(false, "did not settle: {:?}", self.held());
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Whatever the order in which two leaders, three replicas and time move:
    /// what a replica serves is trusted at every moment, and it comes to rest.
    #[test]
    fn two_leaders_rotate_without_an_untrusted_moment(
        asked in any::<bool>(),
        first in prop::collection::vec(step(), 0..60),
        second in prop::collection::vec(step(), 0..120),
    ) {
        let mut world = World::new(asked);
        for step in first {
            world.take(step);
            world.assert_trusted()?;
        }
        world.settle()?;
        let before = world.held().current.unwrap();
        world.take(Step::Wait(days(61)));
        for step in second {
            world.take(step);
            world.assert_trusted()?;
        }
        world.settle()?;
        let after = world.held().current.unwrap();
        prop_assert_ne!(before.leaf(), after.leaf());
        prop_assert!(world.replicas.iter().flatten().all(|leaf| *leaf == after));
    }
}
