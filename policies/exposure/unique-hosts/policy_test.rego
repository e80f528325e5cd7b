package unique_hosts_test

import data.unique_hosts

request(host, paths) := {
	"review": {"operation": "CREATE", "kind": {"kind": "Ingress"}, "namespace": "acme", "object": {"metadata": {"name": "web"}, "spec": {"rules": [{"host": host, "http": {"paths": paths}}]}}},
	"parameters": {"shareWithinNamespace": true, "canaryAnnotations": []},
}

inventory := {
	"index": {"hosts": {"a.example.com": [{"name": "other", "namespace": "acme"}], "*.example.org": [{"name": "all", "namespace": "dev"}]}},
	"namespace": {"acme": {"networking.k8s.io/v1": {"Ingress": {"other": {"spec": {"rules": [{"host": "a.example.com", "http": {"paths": [{"path": "/x"}]}}, {"host": "b.example.com", "http": {"paths": [{"path": "/y"}]}}]}}}}}},
}

test_findings if {
	unique_hosts.violation == {{
		"msg": "the path /x of the host a.example.com is taken by the Ingress acme/other",
		"field": "spec.rules[0].host",
		"allowed": "a path that no other Ingress of this host has",
		"rule": "path",
	}} with input as request("a.example.com", [{"path": "/x"}, {"path": "/y"}]) with data.inventory as inventory
	unique_hosts.violation == {{
		"msg": "the host c.example.org is taken by the Ingress dev/all",
		"field": "spec.rules[0].host",
		"allowed": "a host that no other Ingress has, or one Ingress for it",
		"rule": "host",
	}} with input as request("c.example.org", []) with data.inventory as inventory
}

test_no_inventory if {
	unique_hosts.violation == set() with input as request("a.example.com", []) with data.inventory as {}
}
