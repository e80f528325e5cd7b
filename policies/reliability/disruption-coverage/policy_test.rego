package disruption_coverage_test

import data.disruption_coverage

request := {
	"review": {"operation": "CREATE", "kind": {"kind": "Deployment"}, "namespace": "acme", "object": {"spec": {"replicas": 3, "template": {"metadata": {"labels": {"app": "web"}}}}}},
	"parameters": {"minReplicas": 2},
}

inventory(namespace, selector) := {"namespace": {namespace: {"policy/v1": {"PodDisruptionBudget": {"x": {"spec": {"selector": selector}}}}}}}

test_finding if {
	disruption_coverage.violation == {{
		"msg": "no PodDisruptionBudget selects the Pods of this workload (replicas: 3)",
		"field": "spec.template.metadata.labels",
		"allowed": "a PodDisruptionBudget in acme whose selector matches the labels of the Pods",
	}} with input as request with data.inventory as {}
}

test_covered if {
	disruption_coverage.violation == set() with input as request with data.inventory as inventory("acme", {"matchLabels": {"app": "web"}})
	count(disruption_coverage.violation) == 1 with input as request with data.inventory as inventory("acme", {"matchLabels": {"app": "db"}})
	count(disruption_coverage.violation) == 1 with input as request with data.inventory as inventory("other", {"matchLabels": {"app": "web"}})
}
