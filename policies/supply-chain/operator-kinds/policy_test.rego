package operator_kinds_test

import data.operator_kinds

request(group, kind, allowed) := {"review": {"operation": "CREATE", "kind": {"group": group, "kind": kind}, "object": {}}, "parameters": {"allowed": allowed}}

test_finding if {
	operator_kinds.violation == {{
		"msg": "Module of kmm.sigs.x-k8s.io loads kernel modules on nodes",
		"field": "kind",
		"allowed": "an object of this kind written by the platform team, or the kind in this policy's parameter allowed",
	}} with input as request("kmm.sigs.x-k8s.io", "Module", [])
}

test_a_kind_that_was_added_to_the_match if {
	some result in operator_kinds.violation with input as request("example.com", "Robot", [])
	result.msg == "Robot of example.com makes a controller act with its own rights"
}

test_allowed_by_group_and_kind if {
	operator_kinds.violation == set() with input as request("example.com", "Robot", [{"group": "example.com", "kind": "Robot"}])
	count(operator_kinds.violation) == 1 with input as request("example.com", "Robot", [{"group": "other.example.com", "kind": "Robot"}, {"group": "example.com", "kind": "Rob"}])
}
