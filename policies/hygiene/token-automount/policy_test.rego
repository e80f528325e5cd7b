package token_automount_test

import data.token_automount

request(kind, obj, accounts) := {
	"review": {"operation": "CREATE", "kind": {"kind": kind}, "object": obj},
	"parameters": {"serviceAccounts": accounts, "requireExplicit": false},
}

test_findings if {
	token_automount.violation == {{
		"msg": `Pods of the ServiceAccount "default" ask for a token`,
		"field": "spec.template.spec.automountServiceAccountToken",
		"allowed": "false",
	}} with input as request("Job", {"spec": {"template": {"spec": {"automountServiceAccountToken": true}}}}, [])
	token_automount.violation == {{
		"msg": `the ServiceAccount "x" gives a token to every Pod`,
		"field": "automountServiceAccountToken",
		"allowed": "false, or one of the ServiceAccounts that talk to the API server: a or b",
	}} with input as request("ServiceAccount", {"metadata": {"name": "x"}, "automountServiceAccountToken": true}, ["a", "b"])
}

test_default_must_be_listed_by_name if {
	token_automount.violation == set() with input as request("Pod", {"spec": {"automountServiceAccountToken": true}}, ["default"])
}
