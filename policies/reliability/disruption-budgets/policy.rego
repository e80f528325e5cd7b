# PodDisruptionBudgets let nodes be drained. One that allows no disruption at
# all holds up every upgrade until somebody deletes it.
package disruption_budgets

violation contains {
	"msg": sprintf("maxUnavailable is %v: no Pod may ever be evicted", [spec.maxUnavailable]),
	"field": "spec.maxUnavailable",
	"allowed": "at least 1, or a percentage above 0%",
	"rule": "never",
} if {
	spec.maxUnavailable in {0, "0", "0%"}
}

violation contains {
	"msg": "minAvailable is 100%: no Pod may ever be evicted",
	"field": "spec.minAvailable",
	"allowed": "a number below that of the replicas, or a percentage below 100%",
	"rule": "never",
} if {
	spec.minAvailable in {"100%", "100.0%"}
}

violation contains {
	"msg": "without a selector the budget covers no Pod",
	"field": "spec.selector",
	"allowed": "the labels of one workload's Pods",
	"rule": "selector",
} if {
	object.get(spec, "selector", null) == null
}

violation contains {
	"msg": "an empty selector makes one budget for every Pod of the namespace",
	"field": "spec.selector",
	"allowed": "the labels of one workload's Pods",
	"rule": "selector",
} if {
	input.parameters.allowEmptySelector != true
	is_object(spec.selector)
	object.get(spec.selector, "matchLabels", {}) == {}
	object.get(spec.selector, "matchExpressions", []) == []
}

violation contains {
	"msg": "Pods that are not healthy hold up a drain",
	"field": "spec.unhealthyPodEvictionPolicy",
	"allowed": "AlwaysAllow",
	"rule": "unhealthy",
} if {
	input.parameters.requireAlwaysAllow == true
	object.get(spec, "unhealthyPodEvictionPolicy", "IfHealthyBudget") != "AlwaysAllow"
}

# What is changed is judged: the status is written without a change of the spec.
spec := object.get(input.review.object, "spec", {}) if not unchanged

unchanged if {
	input.review.operation == "UPDATE"
	input.review.oldObject.spec == input.review.object.spec
}
