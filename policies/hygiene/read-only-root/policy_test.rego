package read_only_root_test

import data.read_only_root

request(context) := {"review": {"operation": "CREATE", "kind": {"kind": "Pod"}, "object": {"spec": {"containers": [{"name": "a", "securityContext": context}]}}}, "parameters": {"exemptContainers": []}}

test_finding if {
	read_only_root.violation == {{
		"msg": `container "a" can write to its root filesystem`,
		"field": "spec.containers[0].securityContext.readOnlyRootFilesystem",
		"allowed": "true, with an emptyDir or another volume mounted where the container writes",
	}} with input as request({})
}

test_true_alone_is_true if {
	every value in [false, null, "true", 1] {
		count(read_only_root.violation) == 1 with input as request({"readOnlyRootFilesystem": value})
	}
	read_only_root.violation == set() with input as request({"readOnlyRootFilesystem": true})
	count(read_only_root.violation) == 1 with input as request(null)
}
