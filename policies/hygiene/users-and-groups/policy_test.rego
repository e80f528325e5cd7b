package users_and_groups_test

import data.users_and_groups

request(spec, required) := {
	"review": {"operation": "CREATE", "kind": {"kind": "Pod"}, "object": {"spec": spec}},
	"parameters": {"ranges": {"runAsUser": {"min": 100, "max": 200}}, "required": required},
}

test_findings if {
	users_and_groups.violation == {
		{"msg": "runAsUser is 99", "field": "spec.securityContext.runAsUser", "allowed": "a number from 100 to 200", "rule": "range"},
		{"msg": `container "a": runAsUser is 201`, "field": "spec.containers[0].securityContext.runAsUser", "allowed": "a number from 100 to 200", "rule": "range"},
	} with input as request({"securityContext": {"runAsUser": 99}, "containers": [{"name": "a", "securityContext": {"runAsUser": 201}}]}, [])
	users_and_groups.violation == {{
		"msg": `container "a": runAsGroup is left to the image`,
		"field": "spec.containers[0].securityContext.runAsGroup",
		"allowed": "any number",
		"rule": "required",
	}} with input as request({"containers": [{"name": "a"}]}, ["runAsGroup"])
}

test_ends_of_the_range if {
	users_and_groups.violation == set() with input as request({"securityContext": {"runAsUser": 100}, "containers": [{"name": "a", "securityContext": {"runAsUser": 200}}]}, [])
}

test_null_is_nothing_said if {
	users_and_groups.violation == set() with input as request({"securityContext": {"runAsUser": null}, "containers": [{"name": "a"}]}, [])
	users_and_groups.violation == set() with input as request({"securityContext": null, "containers": [{"name": "a", "securityContext": {"runAsUser": null}}]}, [])
}
