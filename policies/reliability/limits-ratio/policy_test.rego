package limits_ratio_test

import data.limits_ratio

request(resources, maximum) := {
	"review": {"operation": "CREATE", "kind": {"kind": "Pod"}, "object": {"spec": {"containers": [{"name": "a", "resources": resources}]}}},
	"parameters": {"maximum": maximum},
}

test_finding if {
	limits_ratio.violation == {{
		"msg": `container "a" may take 3 of cpu, more than 2 times the 1 that it requests`,
		"field": "spec.containers[0].resources.limits.cpu",
		"allowed": "a limit of at most 2 times the request",
	}} with input as request({"limits": {"cpu": 3}, "requests": {"cpu": "1"}}, {"cpu": 2})
}

test_nothing_vanishes if {
	every amount in ["x", "", null, true] {
		count(limits_ratio.violation) == 1 with input as request({"limits": {"cpu": amount}, "requests": {"cpu": "1"}}, {"cpu": 2})
	}
	every amount in ["x", null, true] {
		count(limits_ratio.violation) == 1 with input as request({"limits": {"cpu": "1"}, "requests": {"cpu": amount}}, {"cpu": 2})
	}
}

test_several_resources if {
	count(limits_ratio.violation) == 2 with input as request({}, {"cpu": 2, "memory": 1})
	limits_ratio.violation == set() with input as request({}, {})
}
