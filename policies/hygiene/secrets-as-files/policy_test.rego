package secrets_as_files_test

import data.secrets_as_files

request(container) := {"review": {"operation": "CREATE", "kind": {"kind": "Pod"}, "object": {"spec": {"ephemeralContainers": [container]}}}, "parameters": {"allowedSecrets": []}}

test_findings if {
	secrets_as_files.violation == {
		{
			"msg": `ephemeral container "a": the variable V is filled from the Secret "s"`,
			"field": "spec.ephemeralContainers[0].env[0].valueFrom.secretKeyRef",
			"allowed": "the Secret mounted as a volume",
		},
		{
			"msg": `ephemeral container "a": variables are filled from the Secret "t"`,
			"field": "spec.ephemeralContainers[0].envFrom[1].secretRef",
			"allowed": "the Secret mounted as a volume",
		},
	} with input as request({"name": "a", "env": [{"name": "V", "valueFrom": {"secretKeyRef": {"name": "s"}}}], "envFrom": [{"configMapRef": {}}, {"secretRef": {"name": "t"}}]})
}
