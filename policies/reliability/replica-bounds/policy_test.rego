package replica_bounds_test

import data.replica_bounds

request(kind, spec, tenant, parameters) := {
	"review": {"operation": "CREATE", "kind": {"kind": kind}, "object": {"spec": spec}},
	"tenant": tenant,
	"parameters": object.union({"minReplicas": 2, "maxReplicas": 20, "allowZero": false}, parameters),
}

test_findings if {
	replica_bounds.violation == {{
		"msg": "replicas are 21, more than 20",
		"field": "spec.replicas",
		"allowed": "at most 20 replicas",
		"rule": "maximum",
	}} with input as request("Deployment", {"replicas": 21}, {}, {})
	replica_bounds.violation == {{
		"msg": "replicas are 1, fewer than 2",
		"field": "spec.replicas",
		"allowed": "at least 2 replicas, or 0 to suspend",
		"rule": "minimum",
	}} with input as request("Deployment", {}, {}, {"allowZero": true})
}

test_whose_number_wins if {
	every expected in [
		[20, {}, {}],
		[20, {"parameters": {}}, {}],
		[3, {"parameters": {"maxReplicas": 3}}, {}],
		[300, {"parameters": {"maxReplicas": 300}}, {}],
		[100, {"parameters": {"maxReplicas": 300}}, {"ceiling": 100}],
		[3, {"parameters": {"maxReplicas": 3}}, {"ceiling": 100}],
		[20, {"parameters": {"maxReplicas": "300"}}, {}],
		[20, {"parameters": {"maxReplicas": null}}, {}],
		[20, {"parameters": {"maxReplicas": "300"}}, {"ceiling": 100}],
	] {
		replica_bounds.most == expected[0] with input as request("Deployment", {}, expected[1], expected[2])
	}
}

test_absent_replicas if {
	replica_bounds.replicas == 1 with input as request("StatefulSet", {}, {}, {})
	replica_bounds.replicas == 0 with input as request("Scale", {}, {}, {})
}
