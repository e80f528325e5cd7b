//! The judge against a second reading of policies on small worlds: every
//! namespace, label, port and address that the generator can tell apart.

use std::collections::BTreeMap;
use std::net::IpAddr;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{cluster, judged, tenant_with};
use crate::api::{Cidr, WorkloadSelector};
use crate::isolation::network::render;

const NAME: &str = "kubernetes.io/metadata.name";
/// Own, declared (`ingress`, `databases`, `kube-system`), foreign and future namespaces.
const NAMESPACES: [&str; 7] =
    ["acme", "acme-dev", "ingress", "databases", "kube-system", "other", "future"];
const PORTS: [u16; 6] = [1, 53, 123, 443, 5432, 8080];
const ADDRESSES: [&str; 9] = [
    "203.0.113.0",
    "203.0.113.255",
    "198.51.100.7",
    "8.8.8.8",
    "10.244.0.1",
    "192.168.0.3",
    "169.254.169.254",
    "127.0.0.1",
    "10.96.0.10",
];

/// The other side of a connection.
#[derive(Debug)]
enum End {
    Pod {
        namespace: BTreeMap<&'static str, &'static str>,
        pod: BTreeMap<&'static str, &'static str>,
    },
    Address(IpAddr),
}

/// Every combination of two values, each possibly absent.
fn combinations(
    keys: [&'static str; 2],
    values: [&[Option<&'static str>]; 2],
) -> Vec<BTreeMap<&'static str, &'static str>> {
    let entry = |key, value: Option<&'static str>| value.map(|value| (key, value));
    let pairs = values[0].iter().flat_map(|a| values[1].iter().map(|b| (*a, *b)));
    pairs.map(|(a, b)| entry(keys[0], a).into_iter().chain(entry(keys[1], b)).collect()).collect()
}

fn ends() -> Vec<End> {
    let names = NAMESPACES.map(Some);
    let namespaces =
        combinations([NAME, "team"], [&names, &[None, Some("a"), Some("b"), Some("c")]]);
    let pods = combinations(
        ["app", "k8s-app"],
        [
            &[None, Some("gateway"), Some("x"), Some("y")],
            &[None, Some("kube-dns"), Some("x"), Some("y")],
        ],
    );
    let addresses = ADDRESSES.iter().map(|text| End::Address(text.parse().unwrap()));
    namespaces
        .iter()
        .flat_map(|namespace| {
            pods.iter().map(|pod| End::Pod { namespace: namespace.clone(), pod: pod.clone() })
        })
        .chain(addresses)
        .collect()
}

fn selects(selector: &Value, labels: &BTreeMap<&'static str, &'static str>) -> bool {
    let selector: WorkloadSelector = serde_json::from_value(without_nulls(selector)).unwrap();
    selector.matches(|key| labels.get(key).copied())
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        Value::Object(map) => map
            .iter()
            .filter(|(_, item)| !item.is_null())
            .map(|(key, item)| (key.clone(), without_nulls(item)))
            .collect(),
        other => other.clone(),
    }
}

fn is_in(address: IpAddr, ranges: &[&str]) -> bool {
    ranges.iter().any(|text| Cidr::parse(text).unwrap().contains_address(address))
}

/// Whether a peer of a policy in `acme` is this end, read naively.
fn is_peer(peer: &Value, end: &End) -> bool {
    let block = &peer["ipBlock"];
    match end {
        End::Address(address) => {
            let except = block["except"].as_array().into_iter().flatten().filter_map(Value::as_str);
            block["cidr"].as_str().is_some_and(|cidr| is_in(*address, &[cidr]))
                && !is_in(*address, &except.collect::<Vec<_>>())
        }
        End::Pod { .. } if block.is_object() => false,
        End::Pod { namespace, pod } => {
            let inside = match &peer["namespaceSelector"] {
                Value::Null => namespace[NAME] == "acme",
                selector => selects(selector, namespace),
            };
            inside && (peer["podSelector"].is_null() || selects(&peer["podSelector"], pod))
        }
    }
}

fn is_port(ports: &[Value], tcp: bool, number: u16) -> bool {
    ports.is_empty()
        || ports.iter().any(|port| {
            let number = u64::from(number);
            let first = port["port"].as_u64();
            let last = port["endPort"].as_u64().or(first);
            (port["protocol"].as_str().unwrap_or("TCP") == "TCP") == tcp
                && first.is_none_or(|first| first <= number)
                && last.is_none_or(|last| number <= last)
        })
}

/// What the fixture's Tenant declares, written down a second time.
fn is_declared(end: &End, ingress: bool, tcp: bool, port: u16) -> bool {
    match end {
        End::Address(address) if ingress => {
            is_in(*address, &["198.51.100.0/24"]) && tcp && port == 443
        }
        End::Address(address) => {
            let cluster = [
                "10.244.0.0/16",
                "10.96.0.0/12",
                "192.168.0.0/24",
                "127.0.0.0/8",
                "169.254.0.0/16",
            ];
            (is_in(*address, &["203.0.113.0/24"]) && tcp && port == 443)
                || (!is_in(*address, &cluster) && !tcp && port == 123)
                || (is_in(*address, &["10.96.0.10/32", "169.254.20.10/32"]) && port == 53)
        }
        End::Pod { namespace, pod } => match namespace[NAME] {
            "acme" | "acme-dev" => true,
            "ingress" => ingress && tcp && port == 8080 && pod.get("app") == Some(&"gateway"),
            "databases" => !ingress && tcp && port == 5432,
            "kube-system" => !ingress && port == 53 && pod.get("k8s-app") == Some(&"kube-dns"),
            _ => false,
        },
    }
}

/// The first connection that a policy opens and the Tenant does not declare.
fn leak(spec: &Value) -> Option<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let ends = ends();
    for (ingress, rules, peers) in [(true, "ingress", "from"), (false, "egress", "to")] {
        for rule in list(&spec[rules]) {
            let (peers, ports) = (list(&rule[peers]), list(&rule["ports"]));
            let reached =
                |end: &&End| peers.is_empty() || peers.iter().any(|peer| is_peer(peer, end));
            for end in ends.iter().filter(reached) {
                for (tcp, port) in
                    [true, false].into_iter().flat_map(|tcp| PORTS.map(|port| (tcp, port)))
                {
                    if is_port(&ports, tcp, port) && !is_declared(end, ingress, tcp, port) {
                        return Some(format!("{end:?} {rules} {tcp} {port}"));
                    }
                }
            }
        }
    }
    None
}

fn requirement(key: &'static str, values: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let chosen = prop::sample::subsequence(values, 1..=2);
    (prop::sample::select(vec!["In", "In", "In", "NotIn", "Exists", "DoesNotExist"]), chosen)
        .prop_map(move |(operator, values)| match operator {
            "In" | "NotIn" => json!({"key": key, "operator": operator, "values": values}),
            // Every namespace has a name: the judge need not know it to be safe.
            "DoesNotExist" if key == NAME => json!({"key": key, "operator": "Exists"}),
            _ => json!({"key": key, "operator": operator}),
        })
}

fn selector(requirements: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::vec(requirements, 0..3).prop_map(|list| json!({"matchExpressions": list}))
}

fn any_peer() -> impl Strategy<Value = Value> {
    let namespaces = || {
        selector(
            prop_oneof![3 => requirement(NAME, &NAMESPACES), 1 => requirement("team", &["a", "b"])],
        )
    };
    let pods = || {
        selector(prop_oneof![
            requirement("app", &["gateway", "x"]),
            requirement("k8s-app", &["kube-dns", "x"])
        ])
    };
    let blocks = [
        "203.0.113.0/24",
        "203.0.113.128/25",
        "198.51.100.0/24",
        "0.0.0.0/0",
        "10.96.0.10/32",
        "10.0.0.0/8",
        "8.8.8.0/24",
    ];
    let holes = ["10.0.0.0/8", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8"];
    prop_oneof![
        pods().prop_map(|pods| json!({"podSelector": pods})),
        namespaces().prop_map(|namespaces| json!({"namespaceSelector": namespaces})),
        (namespaces(), pods()).prop_map(
            |(namespaces, pods)| json!({"namespaceSelector": namespaces, "podSelector": pods})
        ),
        (prop::sample::select(blocks.to_vec()), prop::sample::subsequence(holes.to_vec(), 0..=4))
            .prop_map(|(cidr, holes)| {
                let holes: Vec<&str> = if cidr == "0.0.0.0/0" { holes } else { Vec::new() };
                json!({"ipBlock": {"cidr": cidr, "except": holes}})
            }),
    ]
}

fn any_port() -> impl Strategy<Value = Value> {
    let port = prop::sample::select(PORTS.to_vec());
    (port, prop::bool::ANY, 0..4_u8).prop_map(|(port, tcp, more)| {
        let protocol = if tcp { "TCP" } else { "UDP" };
        match more {
            0 => json!({"protocol": protocol}),
            1 => json!({"protocol": protocol, "port": port, "endPort": 8080}),
            _ => json!({"protocol": protocol, "port": port}),
        }
    })
}

fn any_spec() -> impl Strategy<Value = Value> {
    let rules = |peers: &'static str| {
        let rule =
            (prop::collection::vec(any_peer(), 0..3), prop::collection::vec(any_port(), 0..3))
                .prop_map(move |(list, ports)| json!({peers: list, "ports": ports}));
        prop::collection::vec(rule, 0..2)
    };
    (rules("from"), rules("to"))
        .prop_map(|(ingress, egress)| json!({"ingress": ingress, "egress": egress}))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Accepted: nothing undeclared is reached in any world. Refused: in some
    /// world it is.
    #[test]
    fn a_policy_is_refused_exactly_if_it_opens_something_undeclared(spec in any_spec()) {
        let found = judged(&spec);
        let leak = leak(&spec);
        prop_assert_eq!(found.is_clean(), leak.is_none(), "{} opens {:?}; {:?}", spec, leak, found);
    }

    #[test]
    fn order_does_not_matter(spec in any_spec()) {
        let mut reversed = spec.clone();
        for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
            for rule in reversed[rules].as_array_mut().unwrap() {
                rule[peers].as_array_mut().unwrap().reverse();
                rule["ports"].as_array_mut().unwrap().reverse();
            }
            reversed[rules].as_array_mut().unwrap().reverse();
        }
        prop_assert_eq!(judged(&spec).is_clean(), judged(&reversed).is_clean());
    }

    #[test]
    fn empty_null_and_absent_are_the_same(spec in any_spec()) {
        fn replace(value: &Value, null: bool) -> Value {
            match value {
                Value::Array(items) => items.iter().map(|item| replace(item, null)).collect(),
                Value::Object(map) => map
                    .iter()
                    .filter(|(_, item)| null || *item != &json!([]))
                    .map(|(key, item)| (key.clone(), if *item == json!([]) { Value::Null } else { replace(item, null) }))
                    .collect(),
                other => other.clone(),
            }
        }
        let found = judged(&spec);
        prop_assert_eq!(&found, &judged(&replace(&spec, true)));
        prop_assert_eq!(&found, &judged(&replace(&spec, false)));
    }

    #[test]
    fn splitting_a_range_changes_nothing(net in prop::sample::select(vec!["203.0.113", "8.8.8", "10.244.0", "198.51.100"]), port in any_port()) {
        let block = |host: &str| json!({"ipBlock": {"cidr": format!("{net}.{host}")}});
        let policy = |peers: Vec<Value>| json!({"egress": [{"to": peers, "ports": [port]}]});
        let whole = judged(&policy(vec![block("0/24")]));
        let parts = judged(&policy(vec![block("0/25"), block("128/25")]));
        prop_assert_eq!(whole.is_clean(), parts.is_clean());
    }

    /// Whatever stands in place of a part of a policy is answered, and what is
    /// accepted then opens nothing either.
    #[test]
    fn damaged_policies_are_answered(spec in any_spec(), place in any::<prop::sample::Index>(), damage in any_json()) {
        let places = pointers(&spec, String::new());
        let mut damaged = spec.clone();
        *damaged.pointer_mut(&places[place.index(places.len())]).unwrap() = damage;
        if let Value::Object(_) = damaged {
            let found = judged(&damaged);
            prop_assert!(!found.is_clean() || leak(&damaged).is_none(), "{damaged}");
        }
    }

    /// Whatever range a Tenant may declare, the managed policy opens no protected address.
    #[test]
    fn declared_ranges_open_no_protected_address(bits in any::<u32>(), prefix in 0..=32_u8) {
        let kept = u32::try_from((u64::from(bits) >> (32 - prefix)) << (32 - prefix)).unwrap();
        let range = format!("{}/{prefix}", std::net::Ipv4Addr::from(kept));
        let network = json!({"egressTo": [{"cidr": range}]});
        let protected = cluster().protected_ranges();
        let cidr = Cidr::parse(&range).unwrap();
        prop_assume!(!protected.iter().any(|range| range.contains(&cidr)));
        let policies = render(&tenant_with(&network), "acme", &cluster());
        let policy = serde_json::to_value(&policies[3]).unwrap();
        let peer = &policy["spec"]["egress"][0]["to"][0];
        prop_assert_eq!(peer["ipBlock"]["cidr"].as_str(), Some(range.as_str()));
        for inside in protected {
            prop_assert!(!is_peer(peer, &End::Address(inside.address())), "{}", inside);
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec!["", "TCP", "In", "10.0.0.0/8", "acme", "::/0"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let keys = vec![
            "from",
            "to",
            "ports",
            "podSelector",
            "namespaceSelector",
            "ipBlock",
            "cidr",
            "matchLabels",
            "x",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(prop::sample::select(keys), inner, 0..3).prop_map(|map| {
                map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            }),
        ]
    })
}

/// JSON pointers to a value and everything inside it.
fn pointers(value: &Value, here: String) -> Vec<String> {
    let inside: Vec<String> = match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(i, item)| pointers(item, format!("{here}/{i}")))
            .collect(),
        Value::Object(map) => {
            map.iter().flat_map(|(key, item)| pointers(item, format!("{here}/{key}"))).collect()
        }
        _ => Vec::new(),
    };
    std::iter::once(here).chain(inside).collect()
}
