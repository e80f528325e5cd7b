# Replicas that say nothing about it are spread over zones and nodes, as far as
# there is room. The constraints are soft (ScheduleAnyway), so they never keep a
# Pod from running. Pods alone are changed: a changed ReplicaSet template would
# no longer equal its Deployment's.
package default_topology_spread

patch contains {"op": "add", "path": "/spec/topologySpreadConstraints", "value": constraints} if {
	replicated
	silent
	count(selector) > 0
}

constraints := [
{
	"labelSelector": {"matchLabels": selector},
	"maxSkew": input.parameters.maxSkew,
	"topologyKey": key,
	"whenUnsatisfiable": "ScheduleAnyway",
} |
	some key in input.parameters.keys
]

selector := {key: value |
	some key in input.parameters.selectorLabels
	value := object.get(object.get(input.review.object.metadata, "labels", {}), key, "")
	value != ""
}

# The Pod is one of several that a controller keeps running.
replicated if {
	some owner in input.review.object.metadata.ownerReferences
	owner.controller == true
	owner.kind in {"ReplicaSet", "ReplicationController", "StatefulSet"}
}

# Whoever wrote constraints, or rules about other Pods, knows better.
silent if {
	object.get(input.review.object.spec, "topologySpreadConstraints", []) == []
	not input.review.object.spec.affinity.podAntiAffinity
	not input.review.object.spec.affinity.podAffinity
}
