package autoscalers_test

import data.autoscalers

scaler(spec, parameters) := {
	"review": {"operation": "CREATE", "kind": {"kind": "HorizontalPodAutoscaler"}, "namespace": "acme", "object": {"metadata": {"name": "web"}, "spec": spec}},
	"parameters": object.union({"minReplicas": 1, "maxReplicas": 20, "requireRange": true, "fixedReplicas": false}, parameters),
}

test_finding if {
	autoscalers.violation == {{
		"msg": "maxReplicas is 21, more than 20",
		"field": "spec.maxReplicas",
		"allowed": "at most 20",
		"rule": "maximum",
	}} with input as scaler({"maxReplicas": 21}, {}) with data.inventory as {}
}

test_absent_minimum_is_one if {
	some result in autoscalers.violation with input as scaler({"maxReplicas": 1}, {}) with data.inventory as {}
	result.rule == "range"
}

inventory := {
	"index": {"scaleTargets": {"web": [{"name": "a", "namespace": "acme"}, {"name": "b", "namespace": "acme"}, {"name": "c", "namespace": "other"}]}},
	"namespace": {
		"acme": {"autoscaling/v2": {"HorizontalPodAutoscaler": {
			"a": {"spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}},
			"b": {"spec": {"scaleTargetRef": {"kind": "StatefulSet", "name": "web"}}},
		}}},
		"other": {"autoscaling/v2": {"HorizontalPodAutoscaler": {"c": {"spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}}}}},
	},
}

test_scalers_of_one_kind_in_one_namespace if {
	autoscalers.scalers_of("Deployment", "web") == {"a"} with input as scaler({}, {}) with data.inventory as inventory
	autoscalers.scalers_of("StatefulSet", "web") == {"b"} with input as scaler({}, {}) with data.inventory as inventory
	autoscalers.scalers_of("Deployment", "db") == set() with input as scaler({}, {}) with data.inventory as inventory
	autoscalers.scalers_of("Deployment", "web") == set() with input as scaler({}, {}) with data.inventory as {}
}
