# Workloads run as many replicas as the platform and the tenant's plan allow,
# whether they are written into the workload or set through its scale.
package replica_bounds

import data.lib.workloads

violation contains {
	"msg": sprintf("replicas are %d, more than %d", [replicas, most]),
	"field": "spec.replicas",
	"allowed": sprintf("at most %d replicas", [most]),
	"rule": "maximum",
} if {
	judged
	replicas > most
}

violation contains {
	"msg": sprintf("replicas are %d, fewer than %d", [replicas, input.parameters.minReplicas]),
	"field": "spec.replicas",
	"allowed": fewest,
	"rule": "minimum",
} if {
	judged
	replicas < input.parameters.minReplicas
	not suspended
}

replicas := replicas_in(input.review.object)

# Absent replicas are one in a workload, and zero in a Scale, which leaves its
# zeros out.
replicas_in(obj) := object.get(object.get(obj, "spec", {}), "replicas", 0) if {
	input.review.kind.kind == "Scale"
} else := object.get(object.get(obj, "spec", {}), "replicas", 1)

# What is changed is judged, and what controllers derive is not.
judged if {
	not unchanged
	not workloads.generated(input.review)
}

unchanged if {
	input.review.operation == "UPDATE"
	replicas_in(input.review.oldObject) == replicas
}

suspended if {
	replicas == 0
	input.parameters.allowZero == true
}

fewest := sprintf("at least %d replicas, or 0 to suspend", [input.parameters.minReplicas]) if {
	input.parameters.allowZero == true
} else := sprintf("at least %d replicas", [input.parameters.minReplicas])

# The tenant's own number wins, up to the ceiling. What is no number is none.
most := min([own, input.parameters.ceiling]) if {
	own := input.tenant.parameters.maxReplicas
	is_number(own)
	is_number(input.parameters.ceiling)
} else := own if {
	own := input.tenant.parameters.maxReplicas
	is_number(own)
} else := input.parameters.maxReplicas
