package plain_secrets_test

import data.plain_secrets

parameters := {"nameSuffixes": ["PASSWORD", "TOKEN"], "tokenPrefixes": ["ghp_", "AKIA"], "exemptNames": []}

request(kind, obj) := {"review": {"operation": "CREATE", "kind": {"kind": kind}, "object": obj}, "parameters": parameters}

test_finding_without_the_value if {
	plain_secrets.violation == {{
		"msg": `container "a": the variable DB_PASSWORD is named like a secret and has a value`,
		"field": "spec.containers[0].env[1].value",
		"allowed": "a Secret, mounted as a file or named by valueFrom.secretKeyRef",
		"rule": "variable",
	}} with input as request("Pod", {"spec": {"containers": [{"name": "a", "env": [{"name": "A", "value": "b"}, {"name": "DB_PASSWORD", "value": "hunter2"}]}]}})
}

test_content if {
	expected := {
		"-----BEGIN EC PRIVATE KEY-----\nx": "holds a private key",
		"token=ghp_0123456789012345678901234567890": "holds a token",
		"key: 'AKIAIOSFODNN7EXAMPLE'": "holds a token",
		"redis://:hunter2@cache:6379": "holds an address with a password",
		"https://a:b@example.com/x": "holds an address with a password",
	}
	every value, problem in expected {
		plain_secrets.content_problem(value) == problem with input as request("Pod", {})
	}
}

test_harmless_content if {
	every value in [
		"", "ghp_ is how such a token begins, and then come forty characters", "-----BEGIN CERTIFICATE-----\nx", "ghp_", "xghp_0123456789012345678901234567890", "https://example.com/@a:b",
		"https://user@example.com", "mail me@example.com", "redis://:$(PASSWORD)@cache", "https://example.com:8080/a@b",
	] {
		not plain_secrets.content_problem(value) with input as request("Pod", {})
	}
}

test_config_map_field if {
	some result in plain_secrets.violation with input as request("ConfigMap", {"data": {"app.token": "x"}})
	result.field == "data[app.token]"
}
