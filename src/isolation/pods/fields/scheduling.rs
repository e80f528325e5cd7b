//! Affinity, tolerations and topology spread.

use super::metadata::LABEL_SELECTOR;
use super::shape::table;

table! {
    AFFINITY = "Affinity" {
        nodeAffinity: NODE_AFFINITY, podAffinity: POD_AFFINITY,
        podAntiAffinity: POD_ANTI_AFFINITY,
    }
    NODE_AFFINITY = "NodeAffinity" {
        preferredDuringSchedulingIgnoredDuringExecution: [PREFERRED_SCHEDULING_TERM],
        requiredDuringSchedulingIgnoredDuringExecution: NODE_SELECTOR,
    }
    PREFERRED_SCHEDULING_TERM = "PreferredSchedulingTerm" {
        preference: NODE_SELECTOR_TERM, weight: integer,
    }
    NODE_SELECTOR_TERM = "NodeSelectorTerm" {
        matchExpressions: [NODE_SELECTOR_REQUIREMENT], matchFields: [NODE_SELECTOR_REQUIREMENT],
    }
    NODE_SELECTOR_REQUIREMENT = "NodeSelectorRequirement" {
        key: string, operator: string, values: [string],
    }
    NODE_SELECTOR = "NodeSelector" {
        nodeSelectorTerms: [NODE_SELECTOR_TERM],
    }
    POD_AFFINITY = "PodAffinity" {
        preferredDuringSchedulingIgnoredDuringExecution: [WEIGHTED_POD_AFFINITY_TERM],
        requiredDuringSchedulingIgnoredDuringExecution: [POD_AFFINITY_TERM],
    }
    WEIGHTED_POD_AFFINITY_TERM = "WeightedPodAffinityTerm" {
        podAffinityTerm: POD_AFFINITY_TERM, weight: integer,
    }
    POD_AFFINITY_TERM = "PodAffinityTerm" {
        labelSelector: LABEL_SELECTOR, matchLabelKeys: [string], mismatchLabelKeys: [string],
        namespaceSelector: LABEL_SELECTOR, namespaces: [string], topologyKey: string,
    }
    POD_ANTI_AFFINITY = "PodAntiAffinity" {
        preferredDuringSchedulingIgnoredDuringExecution: [WEIGHTED_POD_AFFINITY_TERM],
        requiredDuringSchedulingIgnoredDuringExecution: [POD_AFFINITY_TERM],
    }
    TOLERATION = "Toleration" {
        effect: string, key: string, operator: string, tolerationSeconds: integer, value: string,
    }
    TOPOLOGY_SPREAD_CONSTRAINT = "TopologySpreadConstraint" {
        labelSelector: LABEL_SELECTOR, matchLabelKeys: [string], maxSkew: integer,
        minDomains: integer, nodeAffinityPolicy: string, nodeTaintsPolicy: string,
        topologyKey: string, whenUnsatisfiable: string,
    }
}
