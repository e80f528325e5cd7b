package required_probes_test

import data.required_probes

request(spec, parameters) := {
	"review": {"operation": "CREATE", "kind": {"kind": "StatefulSet"}, "object": {"spec": {"template": {"spec": spec}}}},
	"parameters": object.union({"required": ["livenessProbe"], "sidecars": true, "exemptContainers": []}, parameters),
}

test_finding if {
	required_probes.violation == {{
		"msg": `container "a" has no livenessProbe`,
		"field": "spec.template.spec.containers[0].livenessProbe",
		"allowed": "a probe by httpGet, tcpSocket, grpc or exec",
		"rule": "livenessProbe",
	}} with input as request({"containers": [{"name": "a", "readinessProbe": {}}]}, {})
}

test_a_container_without_a_name_is_not_exempt if {
	count(required_probes.violation) == 1 with input as request({"containers": [{"image": "a"}]}, {"exemptContainers": ["a"]})
}

test_init_containers_that_end_have_none if {
	required_probes.violation == set() with input as request({"initContainers": [{"name": "a"}]}, {})
	count(required_probes.violation) == 1 with input as request({"initContainers": [{"name": "a", "restartPolicy": "Always"}]}, {})
}
