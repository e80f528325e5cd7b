package pod_hostnames_test

import data.pod_hostnames

request(spec, aliases) := {"review": {"operation": "CREATE", "kind": {"kind": "Pod"}, "object": {"spec": spec}}, "parameters": {"allowedAliases": aliases, "allowHostname": false}}

test_findings if {
	pod_hostnames.violation == {
		{"msg": "hostAliases make a mean 10.0.0.1", "field": "spec.hostAliases[0].hostnames[0]", "allowed": "a Service, a DNS entry, or an alias for b", "rule": "alias"},
		{
			"msg": "subdomain is set",
			"field": "spec.subdomain",
			"allowed": "the name that the Pod gets by itself, or a StatefulSet for names that last",
			"rule": "hostname",
		},
	} with input as request({"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["a"]}], "subdomain": "x"}, ["b"])
}

test_without_allowed_aliases if {
	some result in pod_hostnames.violation with input as request({"hostAliases": [{"hostnames": ["a"]}]}, [])
	result.allowed == "a Service or a DNS entry"
}
