# Workloads of several replicas are spread over zones. A constraint counts only
# if it selects the workload's own Pods: one with another selector, or none,
# spreads nothing.
package topology_spread

import data.lib.selectors
import data.lib.workloads

violation contains {
	"msg": sprintf("replicas are not spread over %s", [key]),
	"field": workloads.pod_field(input.review, "topologySpreadConstraints"),
	"allowed": sprintf("a constraint%s with topologyKey %s and a labelSelector that matches the Pods' labels", [hardness, key]),
} if {
	is_object(spec)
	object.get(input.review.object.spec, "replicas", 1) >= input.parameters.minReplicas
	some key in input.parameters.keys
	not spread_over(key)
}

spec := workloads.pod_spec(input.review)

labels := workloads.pod_labels(input.review)

spread_over(key) if {
	some constraint in spec.topologySpreadConstraints
	constraint.topologyKey == key
	hard_enough(constraint)
	selectors.matches(constraint.labelSelector, labels)
}

hard_enough(_) if input.parameters.hard != true

hard_enough(constraint) if constraint.whenUnsatisfiable == "DoNotSchedule"

hardness := " that is hard (DoNotSchedule)" if {
	input.parameters.hard == true
} else := ""
