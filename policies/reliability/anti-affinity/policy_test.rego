package anti_affinity_test

import data.anti_affinity

request(spec) := {
	"review": {"operation": "CREATE", "kind": {"kind": "StatefulSet"}, "object": {"spec": {"replicas": 3, "template": {"metadata": {"labels": {"app": "web"}}, "spec": spec}}}},
	"parameters": {"minReplicas": 2, "topologyKey": "node"},
}

test_finding if {
	anti_affinity.violation == {{
		"msg": "nothing keeps the 3 replicas from running on one node",
		"field": "spec.template.spec.affinity.podAntiAffinity",
		"allowed": "podAntiAffinity, preferred or required, or a topology spread constraint, with topologyKey node and a labelSelector that matches the Pods' labels",
	}} with input as request({})
}

test_a_preference_without_a_term_does_not_count if {
	count(anti_affinity.violation) == 1 with input as request({"affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1}]}}})
}
