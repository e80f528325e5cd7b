package affinity_namespaces_test

import data.affinity_namespaces

request(affinity) := {"review": {"operation": "CREATE", "kind": {"kind": "Pod"}, "namespace": "acme", "object": {"spec": {"affinity": affinity}}}, "parameters": {"namespaces": ["shared"]}}

test_findings if {
	affinity_namespaces.violation == {
		{
			"msg": "an affinity rule is about Pods of the namespace globex",
			"field": "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].namespaces[1]",
			"allowed": "Pods of acme or shared",
		},
		{
			"msg": "an affinity rule is about Pods of namespaces that a selector finds",
			"field": "spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.namespaceSelector",
			"allowed": "Pods of acme or shared: no namespaceSelector",
		},
	} with input as request({
		"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"namespaces": ["shared", "globex"]}]},
		"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"podAffinityTerm": {"namespaceSelector": {}}}]},
	})
}

test_null_is_no_selector if {
	affinity_namespaces.violation == set() with input as request({"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"namespaceSelector": null}]}})
}
