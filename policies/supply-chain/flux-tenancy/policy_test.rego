package flux_tenancy_test

import data.flux_tenancy

request(spec, parameters) := {
	"review": {"operation": "CREATE", "kind": {"kind": "Kustomization"}, "namespace": "acme", "object": {"spec": spec}},
	"parameters": object.union({"serviceAccounts": [], "sourceNamespaces": [], "remoteClusters": false}, parameters),
}

rules := {result.rule | some result in flux_tenancy.violation}

test_all_at_once if {
	rules == {"service-account", "remote-cluster", "source"} with input as request({"kubeConfig": {}, "sourceRef": {"namespace": "b"}}, {})
}

test_source if {
	flux_tenancy.violation == {{
		"msg": `Kustomization takes its source from the namespace "b"`,
		"field": "spec.sourceRef.namespace",
		"allowed": "a source in acme or shared",
		"rule": "source",
	}} with input as request({"serviceAccountName": "x", "sourceRef": {"namespace": "b"}}, {"sourceNamespaces": ["shared"]})
}

test_an_empty_namespace_is_the_own if {
	flux_tenancy.violation == set() with input as request({"serviceAccountName": "x", "sourceRef": {"namespace": ""}}, {})
}

test_accounts_in_the_message if {
	flux_tenancy.violation == {{
		"msg": "Kustomization names no serviceAccountName: Flux would act with its own rights",
		"field": "spec.serviceAccountName",
		"allowed": "a or b",
		"rule": "service-account",
	}} with input as request({}, {"serviceAccounts": ["b", "a"]})
}
