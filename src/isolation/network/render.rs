//! The managed NetworkPolicies of a tenant's namespace.

use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer,
    NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{
    LabelSelector, LabelSelectorRequirement, ObjectMeta,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::edges::{Direction, Edge, Target, edges, sorted};
use crate::api::{ClusterFacts, Port, SelectorOperator, ValidTenant, WorkloadSelector};
use crate::names;

/// Renders the managed NetworkPolicies of one namespace, in the order in which
/// they are to be applied: default-deny, traffic within the tenant, DNS, then
/// ingress and egress by name. The same input gives the same output.
///
/// Every policy writes both policy types, so that it isolates both directions
/// by itself; ports are numbers and never ranges, which some engines ignore.
#[must_use]
pub fn render(tenant: &ValidTenant, namespace: &str, cluster: &ClusterFacts) -> Vec<NetworkPolicy> {
    let rules = Rules::default();
    let mut policies = vec![
        policy(tenant, namespace, names::DEFAULT_DENY_POLICY, None, rules),
        policy(tenant, namespace, names::INTRA_POLICY, None, within(tenant)),
    ];
    for edge in edges(tenant, cluster) {
        let rules = of_edge(&edge);
        policies.push(policy(tenant, namespace, &edge.policy, Some(edge.description), rules));
    }
    policies
}

#[derive(Default)]
struct Rules {
    ingress: Option<Vec<NetworkPolicyIngressRule>>,
    egress: Option<Vec<NetworkPolicyEgressRule>>,
}

fn policy(
    tenant: &ValidTenant,
    namespace: &str,
    name: &str,
    description: Option<String>,
    rules: Rules,
) -> NetworkPolicy {
    let labels = [(names::TENANT_LABEL, tenant.name.as_str()), (names::MANAGED_LABEL, names::TRUE)];
    let types = [Direction::Ingress, Direction::Egress].map(|side| side.policy_type().to_owned());
    NetworkPolicy {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(namespace.to_owned()),
            labels: Some(labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into()),
            annotations: description
                .map(|text| [(names::DESCRIPTION_ANNOTATION.to_owned(), text)].into()),
            ..ObjectMeta::default()
        },
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(LabelSelector::default()),
            policy_types: Some(types.to_vec()),
            ingress: rules.ingress,
            egress: rules.egress,
        }),
    }
}

/// All Pods of the tenant reach each other.
fn within(tenant: &ValidTenant) -> Rules {
    let peer = || {
        vec![NetworkPolicyPeer {
            namespace_selector: Some(named(&sorted(&tenant.namespaces))),
            ..NetworkPolicyPeer::default()
        }]
    };
    Rules {
        ingress: Some(vec![NetworkPolicyIngressRule { from: Some(peer()), ports: None }]),
        egress: Some(vec![NetworkPolicyEgressRule { to: Some(peer()), ports: None }]),
    }
}

fn of_edge(edge: &Edge<'_>) -> Rules {
    let peers = Some(edge.targets.iter().map(peer).collect());
    let ports = (!edge.ports.is_empty()).then(|| edge.ports.iter().map(port).collect());
    match edge.direction {
        Direction::Ingress => Rules {
            ingress: Some(vec![NetworkPolicyIngressRule { from: peers, ports }]),
            egress: None,
        },
        Direction::Egress => Rules {
            ingress: None,
            egress: Some(vec![NetworkPolicyEgressRule { to: peers, ports }]),
        },
    }
}

/// Namespace and Pods stand in one element: as two they would be alternatives.
fn peer(target: &Target<'_>) -> NetworkPolicyPeer {
    match target {
        Target::Pods { namespaces, selector: pods } => NetworkPolicyPeer {
            namespace_selector: Some(named(namespaces)),
            pod_selector: Some(pods.map(selector).unwrap_or_default()),
            ip_block: None,
        },
        Target::Block(block) => NetworkPolicyPeer {
            ip_block: Some(IPBlock {
                cidr: block.cidr.to_string(),
                except: (!block.except.is_empty())
                    .then(|| block.except.iter().map(ToString::to_string).collect()),
            }),
            ..NetworkPolicyPeer::default()
        },
    }
}

fn port(port: &Port) -> NetworkPolicyPort {
    NetworkPolicyPort {
        port: Some(IntOrString::Int(i32::from(port.port))),
        protocol: Some(port.protocol.as_str().to_owned()),
        end_port: None,
    }
}

/// Selects namespaces by the one label that nobody can change.
fn named(namespaces: &[&str]) -> LabelSelector {
    LabelSelector {
        match_labels: None,
        match_expressions: Some(vec![LabelSelectorRequirement {
            key: names::NAMESPACE_NAME_LABEL.to_owned(),
            operator: "In".to_owned(),
            values: Some(namespaces.iter().map(|name| (*name).to_owned()).collect()),
        }]),
    }
}

fn selector(selector: &WorkloadSelector) -> LabelSelector {
    let expressions = selector.match_expressions.iter().map(|requirement| {
        let operator = match requirement.operator {
            SelectorOperator::In => "In",
            SelectorOperator::NotIn => "NotIn",
            SelectorOperator::Exists => "Exists",
            SelectorOperator::DoesNotExist => "DoesNotExist",
        };
        LabelSelectorRequirement {
            key: requirement.key.clone(),
            operator: operator.to_owned(),
            values: (!requirement.values.is_empty()).then(|| requirement.values.clone()),
        }
    });
    LabelSelector {
        match_labels: (!selector.match_labels.is_empty()).then(|| selector.match_labels.clone()),
        match_expressions: (!selector.match_expressions.is_empty()).then(|| expressions.collect()),
    }
}
