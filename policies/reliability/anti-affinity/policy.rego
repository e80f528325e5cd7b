# Replicas of a workload do not all run on one node: they repel each other, or
# they are spread over nodes. A rule counts only if it selects the workload's
# own Pods.
package anti_affinity

import data.lib.selectors
import data.lib.workloads

violation contains {
	"msg": sprintf("nothing keeps the %d replicas from running on one node", [replicas]),
	"field": workloads.pod_field(input.review, "affinity.podAntiAffinity"),
	"allowed": sprintf(
		"podAntiAffinity, preferred or required, or a topology spread constraint, with topologyKey %s and a labelSelector that matches the Pods' labels",
		[input.parameters.topologyKey],
	),
} if {
	is_object(spec)
	replicas >= input.parameters.minReplicas
	not apart
}

spec := workloads.pod_spec(input.review)

labels := workloads.pod_labels(input.review)

replicas := object.get(input.review.object.spec, "replicas", 1)

apart if {
	some term in spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution
	selects_own(term)
}

apart if {
	some preference in spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution
	selects_own(preference.podAffinityTerm)
}

apart if {
	some constraint in spec.topologySpreadConstraints
	selects_own(constraint)
}

selects_own(term) if {
	term.topologyKey == input.parameters.topologyKey
	selectors.matches(term.labelSelector, labels)
}
