//! A world with two leaders, three replicas and late API servers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;

use super::tests::{days, later, new_generation, start, want};
use super::*;
use crate::tls::verify;

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
                if leader.since.as_ref().is_none_or(|(seen, _)| *seen != looked.1) {
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
        let observed = Observed { bundles: vec![bundle], since: *since };
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
        // An API server whose watch is late, once it knows of a bundle at all.
        let late = self.now - SETTLE;
        let late = self.published.iter().rfind(|(at, _)| *at <= late).map(|(_, bundle)| bundle);
        for leaf in self.replicas.iter().chain([&served]).flatten() {
            let name = "lessor-webhook.lessor-system.svc";
            for bundle in [&self.bundle.1].into_iter().chain(late) {
                let verified = verify(bundle, leaf.cert_pem().as_bytes(), name, self.now);
                prop_assert!(verified.is_ok(), "a served leaf is not trusted: {verified:?}");
            }
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
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

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
