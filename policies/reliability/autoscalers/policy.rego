# Autoscalers have room to scale, stay within the tenant's plan, and do not
# fight over a workload: neither with each other nor with a manifest that sets
# the replicas back at every apply.
package autoscalers

violation contains {
	"msg": sprintf("maxReplicas is %d, more than %d", [scaler.maxReplicas, most]),
	"field": "spec.maxReplicas",
	"allowed": sprintf("at most %d", [most]),
	"rule": "maximum",
} if {
	scaler.maxReplicas > most
}

violation contains {
	"msg": sprintf("minReplicas is %d, less than %d", [fewest, input.parameters.minReplicas]),
	"field": "spec.minReplicas",
	"allowed": sprintf("at least %d", [input.parameters.minReplicas]),
	"rule": "minimum",
} if {
	fewest < input.parameters.minReplicas
}

violation contains {
	"msg": sprintf("minReplicas and maxReplicas are both %d: it can never scale", [fewest]),
	"field": "spec.minReplicas",
	"allowed": "a minReplicas below maxReplicas, or no autoscaler",
	"rule": "range",
} if {
	input.parameters.requireRange == true
	fewest == scaler.maxReplicas
}

violation contains {
	"msg": sprintf(`%s "%s" is scaled by the HorizontalPodAutoscaler "%s" already`, [scaler.scaleTargetRef.kind, scaler.scaleTargetRef.name, other]),
	"field": "spec.scaleTargetRef",
	"allowed": "one HorizontalPodAutoscaler for a workload, with several metrics",
	"rule": "one-scaler",
} if {
	some other in scalers_of(scaler.scaleTargetRef.kind, scaler.scaleTargetRef.name)
	other != input.review.object.metadata.name
}

violation contains {
	"msg": sprintf(`replicas are set to %d, but the HorizontalPodAutoscaler "%s" scales this workload`, [replicas, other]),
	"field": "spec.replicas",
	"allowed": "no spec.replicas in the manifest, or 0 to suspend the workload",
	"rule": "fixed-replicas",
} if {
	input.parameters.fixedReplicas != true
	input.review.operation == "UPDATE"
	replicas := object.get(input.review.object.spec, "replicas", 1)
	replicas != 0
	replicas != object.get(input.review.oldObject.spec, "replicas", 1)
	some other in scalers_of(input.review.kind.kind, input.review.object.metadata.name)
}

# The autoscaler to judge. One whose spec did not change is left alone.
scaler := input.review.object.spec if {
	input.review.kind.kind == "HorizontalPodAutoscaler"
	not unchanged
}

unchanged if {
	input.review.operation == "UPDATE"
	input.review.oldObject.spec == input.review.object.spec
}

fewest := object.get(scaler, "minReplicas", 1)

# Names of the autoscalers in this namespace that scale a workload.
scalers_of(kind, name) := {found.name |
	some found in data.inventory.index.scaleTargets[name]
	found.namespace == input.review.namespace
	data.inventory.namespace[found.namespace]["autoscaling/v2"].HorizontalPodAutoscaler[found.name].spec.scaleTargetRef.kind == kind
}

# The tenant's own number wins, up to the ceiling. What is no number is none.
most := min([own, input.parameters.ceiling]) if {
	own := input.tenant.parameters.maxReplicas
	is_number(own)
	is_number(input.parameters.ceiling)
} else := own if {
	own := input.tenant.parameters.maxReplicas
	is_number(own)
} else := input.parameters.maxReplicas
