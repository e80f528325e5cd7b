# Workloads of several replicas are covered by a PodDisruptionBudget, so that
# draining nodes does not take all of them at once.
package disruption_coverage

import data.lib.selectors
import data.lib.workloads

violation contains {
	"msg": sprintf("no PodDisruptionBudget selects the Pods of this workload (replicas: %d)", [replicas]),
	"field": "spec.template.metadata.labels",
	"allowed": sprintf("a PodDisruptionBudget in %s whose selector matches the labels of the Pods", [input.review.namespace]),
} if {
	replicas >= input.parameters.minReplicas
	not covered
}

replicas := object.get(input.review.object.spec, "replicas", 1)

labels := workloads.pod_labels(input.review)

covered if {
	some budget in data.inventory.namespace[input.review.namespace]["policy/v1"].PodDisruptionBudget
	selectors.matches(budget.spec.selector, labels)
}
