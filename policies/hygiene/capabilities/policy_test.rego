package capabilities_test

import data.capabilities

request(context) := {"review": {"operation": "CREATE", "kind": {"kind": "Pod"}, "object": {"spec": {"containers": [{"name": "a", "securityContext": context}]}}}, "parameters": {"allowedAdd": ["CHOWN"], "requireDropAll": true}}

test_findings if {
	capabilities.violation == {
		{"msg": `container "a" adds the capability KILL`, "field": "spec.containers[0].securityContext.capabilities.add[1]", "allowed": "CHOWN", "rule": "add"},
		{"msg": `container "a" keeps capabilities of the container runtime`, "field": "spec.containers[0].securityContext.capabilities.drop", "allowed": `["ALL"]`, "rule": "drop"},
	} with input as request({"capabilities": {"add": ["CHOWN", "KILL"]}})
}

test_nothing_said_drops_nothing if {
	count(capabilities.violation) == 1 with input as request({"capabilities": {"drop": []}})
	count(capabilities.violation) == 1 with input as request({"capabilities": null})
	count(capabilities.violation) == 1 with input as request(null)
}
