//! Asking as the API server would, and what must come back.

use serde_json::Value;

use crate::admission::{
    Decision, Endpoint, GroupKind, GroupResource, Limits, Outcome, Phase, Request, User, decide,
    wire,
};
use crate::isolation::Operation;
use crate::names::Reason;
use crate::policy::Evaluator;
use crate::snapshot::Snapshot;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Admin,
    Account,
    Administrator,
    Controller(&'static str),
    Node(&'static str),
    Lessor,
}

/// Everybody who must not be let pass by a rule about tenants.
pub(super) const TENANTS: [Who; 2] = [Who::Admin, Who::Account];
pub(super) const REPLICASETS: Who = Who::Controller("replicaset-controller");

impl Who {
    fn user(self) -> User {
        let (name, groups): (String, &[&str]) = match self {
            Self::Admin => ("alice".to_owned(), &["system:authenticated"]),
            // Groups of others are no exemption (R37).
            Self::Account => (
                "system:serviceaccount:acme:app".to_owned(),
                &["system:serviceaccounts", "system:nodes", "system:masters"],
            ),
            Self::Administrator => ("root".to_owned(), &["system:masters"]),
            Self::Controller(name) => (format!("system:serviceaccount:kube-system:{name}"), &[]),
            Self::Node(name) => (format!("system:node:{name}"), &["system:nodes"]),
            Self::Lessor => {
                ("system:serviceaccount:lessor-system:lessor-controller".to_owned(), &[])
            }
        };
        let groups = groups.iter().map(|&group| group.to_owned()).collect();
        User { name, groups, ..User::default() }
    }
}

/// A request in the making.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    request: Request,
    administrator: bool,
}

/// Asks about `group/resource/subresource` in namespace `acme`, as its admin.
/// The group is left out for the core group.
pub(super) fn ask(target: &str) -> Ask {
    let (group, rest) = match target.split_once('/') {
        Some((group, rest))
            if group.contains('.')
                || ["apps", "batch", "policy", "autoscaling"].contains(&group) =>
        {
            (group, rest)
        }
        _ => ("", target),
    };
    let (resource, subresource) = rest.split_once('/').unwrap_or((rest, ""));
    let request = Request {
        uid: "u".to_owned(),
        kind: GroupKind { group: group.to_owned(), version: "v1".to_owned(), kind: String::new() },
        resource: GroupResource { group: group.to_owned(), resource: resource.to_owned() },
        subresource: subresource.to_owned(),
        name: "web".to_owned(),
        namespace: "acme".to_owned(),
        operation: Operation::Create,
        user: Who::Admin.user(),
        object: None,
        old_object: None,
        dry_run: false,
    };
    Ask { request, administrator: false }
}

impl Ask {
    pub(super) fn by(mut self, who: Who) -> Self {
        self.request.user = who.user();
        self.administrator = who == Who::Administrator;
        self
    }

    pub(super) fn namespace(mut self, namespace: &str) -> Self {
        namespace.clone_into(&mut self.request.namespace);
        self
    }

    pub(super) fn name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.request.name);
        self
    }

    pub(super) fn create(self, new: &Value) -> Self {
        self.with(Operation::Create, None, Some(new))
    }

    pub(super) fn update(self, old: &Value, new: &Value) -> Self {
        self.with(Operation::Update, Some(old), Some(new))
    }

    pub(super) fn delete(self, old: &Value) -> Self {
        self.with(Operation::Delete, Some(old), None)
    }

    pub(super) fn connect(self, options: &Value) -> Self {
        self.with(Operation::Connect, None, Some(options))
    }

    fn with(mut self, operation: Operation, old: Option<&Value>, new: Option<&Value>) -> Self {
        self.request.operation = operation;
        self.request.old_object = old.cloned();
        self.request.object = new.cloned();
        self
    }

    /// The outcome of one phase, with the object as it was left.
    pub(super) fn outcome(&self, snapshot: &Snapshot, phase: Phase) -> (Outcome, Request) {
        let mut request = self.request.clone();
        let endpoint = Endpoint { phase, administrator: self.administrator };
        let limits = Limits::unhurried(jiff::Timestamp::UNIX_EPOCH);
        let mut evaluator = Evaluator::default();
        (decide(&mut evaluator, &mut request, endpoint, snapshot, &limits), request)
    }

    /// The decision of one phase; a missing context is its refusal, a right
    /// that would have to be asked for is granted.
    pub(super) fn decision(&self, snapshot: &Snapshot, phase: Phase) -> Decision {
        settle(self.outcome(snapshot, phase).0)
    }

    /// Asserts the refusal at both endpoints, really and as a dry run.
    #[track_caller]
    pub(super) fn denied(&self, snapshot: &Snapshot, reason: &str, field: &str) {
        let reason = Reason::from_name(reason).unwrap();
        for dry_run in [false, true] {
            let mut this = self.clone();
            this.request.dry_run = dry_run;
            for phase in [Phase::Mutating, Phase::Validating] {
                let decision = this.decision(snapshot, phase);
                let found = reasons(&decision);
                let wanted = (reason, field.to_owned());
                assert!(
                    found.contains(&wanted),
                    "{phase:?} {this:?}: {reason} {field} not in {found:?}"
                );
                assert!(decision.patch.is_empty());
                if phase == Phase::Mutating {
                    let leading = decision.leading().unwrap();
                    assert_eq!((leading.reason, &leading.field), (reason, &wanted.1), "{found:?}");
                    let answer: Value =
                        serde_json::from_slice(&wire::answer("u", &decision)).unwrap();
                    let status = &answer["response"]["status"];
                    assert_eq!(answer["response"]["allowed"], false);
                    assert_eq!(status["code"], reason.code());
                    assert_eq!(status["details"]["causes"][0]["reason"], reason.as_str());
                    assert_eq!(status["details"]["causes"][0]["field"], *field);
                }
            }
        }
    }

    /// Asserts that the request passes both endpoints, and returns its warnings.
    #[track_caller]
    pub(super) fn allowed(&self, snapshot: &Snapshot) -> Vec<String> {
        let (outcome, stored) = self.outcome(snapshot, Phase::Mutating);
        let mutated = settle(outcome);
        assert!(mutated.allowed(), "mutating {self:?}: {:?}", mutated.violations);
        let next = self.again(stored);
        let (outcome, again) = next.outcome(snapshot, Phase::Mutating);
        assert!(settle(outcome).patch.is_empty(), "a second round patches again");
        assert_eq!(again.object, next.request.object);
        let validated = next.decision(snapshot, Phase::Validating);
        assert!(validated.allowed(), "validating {self:?}: {:?}", validated.violations);
        assert!(validated.patch.is_empty());
        mutated.warnings.into_iter().chain(validated.warnings).collect()
    }

    /// The request itself.
    pub(super) fn into_request(self) -> Request {
        self.of_its_kind().request
    }

    /// With the kind that the object says: rules of the core do not look at it,
    /// policies do.
    pub(super) fn of_its_kind(mut self) -> Self {
        let objects = [&self.request.object, &self.request.old_object];
        let kind = objects.into_iter().flatten().find_map(|object| object["kind"].as_str());
        self.request.kind.kind = kind.unwrap_or_default().to_owned();
        self
    }

    /// The same caller with the request as a phase left it.
    pub(super) const fn again(&self, request: Request) -> Self {
        Self { request, administrator: self.administrator }
    }

    /// The object as the mutating endpoint leaves it.
    pub(super) fn stored(&self, snapshot: &Snapshot) -> Value {
        self.outcome(snapshot, Phase::Mutating).1.object.unwrap()
    }
}

pub(super) fn settle(outcome: Outcome) -> Decision {
    outcome.settled()
}

pub(super) fn reasons(decision: &Decision) -> Vec<(Reason, String)> {
    decision.violations.iter().map(|v| (v.reason, v.field.clone())).collect()
}

/// The object with the value at a JSON pointer replaced or added.
pub(super) fn set(object: &Value, pointer: &str, value: Value) -> Value {
    let mut object = object.clone();
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    let last = last.replace("~1", "/").replace("~0", "~");
    let holder = object.pointer_mut(parent).unwrap();
    match holder {
        Value::Array(items) if last == "-" => items.push(value),
        Value::Array(items) => items[last.parse::<usize>().unwrap()] = value,
        holder => holder[last.as_str()] = value,
    }
    object
}

/// The object without the value at a JSON pointer.
pub(super) fn unset(object: &Value, pointer: &str) -> Value {
    let mut object = object.clone();
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    let last = last.replace("~1", "/").replace("~0", "~");
    object.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(&last).unwrap();
    object
}
