package container_resources_test

import data.container_resources

request(spec) := {
	"review": {"operation": "CREATE", "kind": {"kind": "Pod"}, "object": {"spec": spec}},
	"parameters": {"requests": ["cpu"], "limits": ["memory"], "initContainers": true},
}

test_findings if {
	container_resources.violation == {
		{
			"msg": `container "a" requests no cpu`,
			"field": "spec.containers[0].resources.requests.cpu",
			"allowed": "what the container needs in ordinary operation",
			"rule": "requests",
		},
		{
			"msg": `container "a" has no limit on memory`,
			"field": "spec.containers[0].resources.limits.memory",
			"allowed": "the most that the container may take",
			"rule": "limits",
		},
	} with input as request({"containers": [{"name": "a"}]})
}

test_nothing_vanishes if {
	every amount in [null, "", "x", 0, "0", "0m", "-1", true, {}] {
		count(container_resources.violation) == 1 with input as request({"containers": [{"name": "a", "resources": {"requests": {"cpu": amount}, "limits": {"memory": 1}}}]})
	}
}

test_amounts if {
	every amount in ["1m", 1, 0.5, "100n", "1e3"] {
		container_resources.violation == set() with input as request({"containers": [{"name": "a", "resources": {"requests": {"cpu": amount}, "limits": {"memory": amount}}}]})
	}
}

test_the_whole_pod_counts_for_each if {
	container_resources.violation == set() with input as request({"resources": {"requests": {"cpu": 1}, "limits": {"memory": 1}}, "initContainers": [{"name": "a"}], "containers": [{"name": "b"}]})
	count(container_resources.violation) == 1 with input as request({"resources": {"requests": {"cpu": 1}, "limits": {"memory": "0"}}, "containers": [{"name": "b"}]})
}
