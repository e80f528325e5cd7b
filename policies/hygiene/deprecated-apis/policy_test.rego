package deprecated_apis_test

import data.deprecated_apis

request(group, version, kind, release) := {
	"review": {"operation": "CREATE", "kind": {"group": group, "version": version, "kind": kind}, "requestKind": null, "object": {}},
	"parameters": {"release": release, "additional": []},
}

test_finding if {
	deprecated_apis.violation == {{
		"msg": "PodDisruptionBudget of policy/v1beta1 is not served from release 1.25 on",
		"field": "apiVersion",
		"allowed": "policy/v1",
	}} with input as request("policy", "v1beta1", "PodDisruptionBudget", "1.25")
}

test_releases_are_no_decimals if {
	deprecated_apis.minor("1.9") < deprecated_apis.minor("1.16")
	deprecated_apis.violation == set() with input as request("policy", "v1beta1", "PodDisruptionBudget", "1.24")
}

# Every entry names a version that is not itself in the table.
test_successors_are_served if {
	every _, kinds in deprecated_apis.removals {
		every _, removal in kinds {
			not deprecated_apis.removals[removal.use]
		}
	}
}

test_core_versions_have_no_group if {
	deprecated_apis.api_version({"group": "", "version": "v1"}) == "v1"
}
