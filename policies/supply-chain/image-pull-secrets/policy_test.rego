package image_pull_secrets_test

import data.image_pull_secrets

request(kind, obj, required) := {
	"review": {"operation": "CREATE", "kind": {"kind": kind}, "object": obj},
	"parameters": {"allowed": ["a", "b"], "required": required},
}

test_findings if {
	image_pull_secrets.violation == {{
		"msg": `images would be pulled with the Secret "c"`,
		"field": "spec.template.spec.imagePullSecrets[1].name",
		"allowed": "a or b",
	}} with input as request("Job", {"spec": {"template": {"spec": {"imagePullSecrets": [{"name": "a"}, {"name": "c"}]}}}}, false)
	image_pull_secrets.violation == {{
		"msg": "no imagePullSecrets are given",
		"field": "spec.imagePullSecrets",
		"allowed": "a or b",
	}} with input as request("Pod", {"spec": {}}, true)
	image_pull_secrets.violation == {{
		"msg": `images would be pulled with the Secret "c"`,
		"field": "imagePullSecrets[0].name",
		"allowed": "a or b",
	}} with input as request("ServiceAccount", {"imagePullSecrets": [{"name": "c"}]}, true)
}
