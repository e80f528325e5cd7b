package topology_spread_test

import data.topology_spread

request(constraints, hard) := {
	"review": {"operation": "CREATE", "kind": {"kind": "Deployment"}, "object": {"spec": {"replicas": 2, "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"topologySpreadConstraints": constraints}}}}},
	"parameters": {"keys": ["zone"], "minReplicas": 2, "hard": hard},
}

test_findings if {
	topology_spread.violation == {{
		"msg": "replicas are not spread over zone",
		"field": "spec.template.spec.topologySpreadConstraints",
		"allowed": "a constraint with topologyKey zone and a labelSelector that matches the Pods' labels",
	}} with input as request([], false)
	topology_spread.violation == {{
		"msg": "replicas are not spread over zone",
		"field": "spec.template.spec.topologySpreadConstraints",
		"allowed": "a constraint that is hard (DoNotSchedule) with topologyKey zone and a labelSelector that matches the Pods' labels",
	}} with input as request([], true)
}

test_an_empty_selector_is_all_pods if {
	topology_spread.violation == set() with input as request([{"topologyKey": "zone", "labelSelector": {}}], false)
	count(topology_spread.violation) == 1 with input as request([{"topologyKey": "zone", "labelSelector": null}], false)
}
