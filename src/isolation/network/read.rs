//! Reads a NetworkPolicy as the API server means it.
//!
//! Absent, null and `[]` are the same; a null element is an empty object. What
//! does not fit the schema is reported, never skipped: a field that is not
//! known could widen a policy for an API server that knows it.

use serde_json::{Map, Value};

use super::block::Block;
use super::edges::Direction;
use super::judge::RULE;
use super::ports::PortSet;
use crate::api::{Cidr, KeyValueSelector, Protocol, SelectorOperator, WorkloadSelector};
use crate::document::Field;
use crate::isolation::Findings;
use crate::names::Reason;

/// One rule of a policy.
#[derive(Debug)]
pub(super) struct Rule {
    /// Which list it stands in.
    pub(super) direction: Direction,
    /// Its place in the list.
    pub(super) index: usize,
    /// Whether no peer is named, which means everyone.
    pub(super) everyone: bool,
    /// Peers that could be read, with their places in the list.
    pub(super) peers: Vec<(usize, Peer)>,
    /// Ports; named ports stand for all ports of their protocol.
    pub(super) ports: PortSet,
}

/// One peer of a rule.
#[derive(Debug)]
pub(super) enum Peer {
    /// `podSelector` alone: Pods of the policy's own namespace.
    OwnNamespace,
    /// `namespaceSelector`, and `podSelector` or all Pods.
    Pods {
        /// Which namespaces.
        namespaces: WorkloadSelector,
        /// Which of their Pods; all when absent.
        pods: Option<WorkloadSelector>,
    },
    /// `ipBlock`.
    Block(Block),
}

/// Reads `spec`. Rules of a direction that `policyTypes` leaves out are read
/// like the others: a later change of one word would wake them.
pub(super) fn policy(spec: &Value, out: &mut Findings) -> Vec<Rule> {
    let mut reader = Reader { out };
    let root = Field::root("spec");
    let mut rules = Vec::new();
    let Some(spec) =
        reader.object(spec, &root, &["podSelector", "policyTypes", "ingress", "egress"])
    else {
        return rules;
    };
    if let Some(selector) = spec.get("podSelector") {
        reader.selector(selector, &root.child("podSelector"));
    }
    let types = root.child("policyTypes");
    for (index, name) in reader.list(spec, "policyTypes", &types).iter().enumerate() {
        if !matches!(name.as_str(), Some("Ingress" | "Egress")) {
            reader.malformed(&types.index(index), "write Ingress or Egress");
        }
    }
    for direction in [Direction::Ingress, Direction::Egress] {
        let (name, _) = direction.fields();
        let list = root.child(name);
        for (index, value) in reader.list(spec, name, &list).iter().enumerate() {
            rules.extend(reader.rule(direction, index, value, &list.index(index)));
        }
    }
    rules
}

/// An object, or nothing where null stands for an empty one.
#[derive(Clone, Copy)]
struct Object<'a>(Option<&'a Map<String, Value>>);

impl<'a> Object<'a> {
    /// A field that is neither absent nor null.
    fn get(self, key: &str) -> Option<&'a Value> {
        self.0.and_then(|map| map.get(key)).filter(|value| !value.is_null())
    }
}

struct Reader<'o> {
    out: &'o mut Findings,
}

impl Reader<'_> {
    fn malformed(&mut self, field: &Field<'_>, message: &str) {
        self.out.violation(RULE, Reason::NetworkPolicyWidens, field.to_string(), message);
    }

    fn object<'a>(
        &mut self,
        value: &'a Value,
        field: &Field<'_>,
        known: &[&str],
    ) -> Option<Object<'a>> {
        match value {
            Value::Null => Some(Object(None)),
            Value::Object(map) => {
                for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
                    self.out.violation(
                        RULE,
                        Reason::UnknownFieldForbidden,
                        field.child(key).to_string(),
                        format!("this field is not known; known here: {}", known.join(", ")),
                    );
                }
                Some(Object(Some(map)))
            }
            _ => {
                self.malformed(field, "must be an object");
                None
            }
        }
    }

    fn list<'a>(&mut self, object: Object<'a>, key: &str, field: &Field<'_>) -> &'a [Value] {
        match object.get(key) {
            None => &[],
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.malformed(field, "must be a list");
                &[]
            }
        }
    }

    fn rule(
        &mut self,
        direction: Direction,
        index: usize,
        value: &Value,
        field: &Field<'_>,
    ) -> Option<Rule> {
        let (_, peers_name) = direction.fields();
        let object = self.object(value, field, &[peers_name, "ports"])?;
        let peers_field = field.child(peers_name);
        let items = self.list(object, peers_name, &peers_field);
        let mut peers = Vec::with_capacity(items.len());
        for (position, item) in items.iter().enumerate() {
            let peer = self.peer(item, &peers_field.index(position));
            peers.extend(peer.map(|peer| (position, peer)));
        }
        let ports_field = field.child("ports");
        let items = self.list(object, "ports", &ports_field);
        let mut ports = if items.is_empty() { PortSet::all() } else { PortSet::default() };
        for (position, item) in items.iter().enumerate() {
            self.port(item, &ports_field.index(position), &mut ports);
        }
        let everyone = object.get(peers_name).is_none_or(|list| list == &Value::Array(Vec::new()));
        Some(Rule { direction, index, everyone, peers, ports })
    }

    fn peer(&mut self, value: &Value, field: &Field<'_>) -> Option<Peer> {
        let object = self.object(value, field, &["podSelector", "namespaceSelector", "ipBlock"])?;
        let (pods, namespaces, block) =
            (object.get("podSelector"), object.get("namespaceSelector"), object.get("ipBlock"));
        if let Some(block) = block {
            if pods.is_some() || namespaces.is_some() {
                self.malformed(field, "an ipBlock stands alone; remove the selectors beside it");
                return None;
            }
            return self.block(block, &field.child("ipBlock")).map(Peer::Block);
        }
        let pods = match pods {
            Some(pods) => Some(self.selector(pods, &field.child("podSelector"))?),
            None => None,
        };
        match namespaces {
            Some(namespaces) => {
                let namespaces = self.selector(namespaces, &field.child("namespaceSelector"))?;
                Some(Peer::Pods { namespaces, pods })
            }
            None if pods.is_some() => Some(Peer::OwnNamespace),
            None => {
                self.malformed(
                    field,
                    "an element names a podSelector, a namespaceSelector or an ipBlock",
                );
                None
            }
        }
    }

    fn block(&mut self, value: &Value, field: &Field<'_>) -> Option<Block> {
        let object = self.object(value, field, &["cidr", "except"])?;
        let text = object.get("cidr").unwrap_or(&Value::Null);
        let cidr = self.cidr(text, &field.child("cidr"))?;
        let list = field.child("except");
        let mut except = Vec::new();
        for (index, item) in self.list(object, "except", &list).iter().enumerate() {
            let hole = self.cidr(item, &list.index(index))?;
            if hole == cidr || !cidr.contains(&hole) {
                self.malformed(&list.index(index), "must be strictly inside the cidr");
                return None;
            }
            except.push(hole);
        }
        Some(Block { cidr, except })
    }

    fn cidr(&mut self, value: &Value, field: &Field<'_>) -> Option<Cidr> {
        let Some(text) = value.as_str() else {
            self.malformed(field, "must be an address range such as 203.0.113.0/24");
            return None;
        };
        match Cidr::parse(text) {
            Ok(cidr) => Some(cidr),
            Err(error) => {
                self.malformed(field, &error.to_string());
                None
            }
        }
    }

    fn port(&mut self, value: &Value, field: &Field<'_>, ports: &mut PortSet) {
        let Some(object) = self.object(value, field, &["protocol", "port", "endPort"]) else {
            return;
        };
        let protocol = match object.get("protocol").map(Value::as_str) {
            None | Some(Some("TCP")) => Protocol::Tcp,
            Some(Some("UDP")) => Protocol::Udp,
            Some(Some("SCTP")) => Protocol::Sctp,
            Some(_) => {
                self.malformed(&field.child("protocol"), "write TCP, UDP or SCTP");
                return;
            }
        };
        let first = match object.get("port") {
            // Which number a name stands for is up to the Pods, and can change.
            None | Some(Value::String(_)) => None,
            Some(number) => {
                let Some(number) = port_number(number) else {
                    let field = field.child("port");
                    self.malformed(&field, "a port is a name or a number from 1 to 65535");
                    return;
                };
                Some(number)
            }
        };
        match (first, object.get("endPort")) {
            (None, None) => ports.insert_all(protocol),
            (Some(first), None) => ports.insert(protocol, first, first),
            (Some(first), Some(last)) => match port_number(last).filter(|last| *last >= first) {
                Some(last) => ports.insert(protocol, first, last),
                None => self
                    .malformed(&field.child("endPort"), "must be a number from the port to 65535"),
            },
            (None, Some(_)) => {
                self.malformed(&field.child("endPort"), "needs a port that is a number");
            }
        }
    }

    fn selector(&mut self, value: &Value, field: &Field<'_>) -> Option<WorkloadSelector> {
        let object = self.object(value, field, &["matchLabels", "matchExpressions"])?;
        let mut selector = WorkloadSelector::default();
        let labels = field.child("matchLabels");
        match object.get("matchLabels") {
            None => {}
            Some(Value::Object(map)) => {
                for (key, value) in map {
                    let Some(value) = value.as_str() else {
                        self.malformed(&labels.child(key), "must be text");
                        return None;
                    };
                    selector.match_labels.insert(key.clone(), value.to_owned());
                }
            }
            Some(_) => {
                self.malformed(&labels, "must be an object");
                return None;
            }
        }
        let list = field.child("matchExpressions");
        for (index, item) in self.list(object, "matchExpressions", &list).iter().enumerate() {
            selector.match_expressions.push(self.requirement(item, &list.index(index))?);
        }
        Some(selector)
    }

    fn requirement(&mut self, value: &Value, field: &Field<'_>) -> Option<KeyValueSelector> {
        let object = self.object(value, field, &["key", "operator", "values"])?;
        let Some(key) = object.get("key").and_then(Value::as_str) else {
            self.malformed(&field.child("key"), "must be a label key");
            return None;
        };
        let (operator, takes_values) = match object.get("operator").and_then(Value::as_str) {
            Some("In") => (SelectorOperator::In, true),
            Some("NotIn") => (SelectorOperator::NotIn, true),
            Some("Exists") => (SelectorOperator::Exists, false),
            Some("DoesNotExist") => (SelectorOperator::DoesNotExist, false),
            _ => {
                let field = field.child("operator");
                self.malformed(&field, "write In, NotIn, Exists or DoesNotExist");
                return None;
            }
        };
        let list = field.child("values");
        let items = self.list(object, "values", &list);
        let values: Vec<String> =
            items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect();
        if values.len() != items.len() || takes_values == values.is_empty() {
            self.malformed(&list, "In and NotIn take values, which are text; the others take none");
            return None;
        }
        Some(KeyValueSelector { key: key.to_owned(), operator, values })
    }
}

fn port_number(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|number| u16::try_from(number).ok()).filter(|port| *port > 0)
}
