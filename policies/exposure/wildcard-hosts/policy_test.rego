package wildcard_hosts_test

import data.wildcard_hosts

request(kind, spec, allowed) := {
	"review": {"operation": "CREATE", "kind": {"kind": kind}, "object": {"spec": spec}},
	"tenant": {"name": "acme"},
	"parameters": {"allowed": allowed},
}

test_findings if {
	wildcard_hosts.violation == {
		{"msg": "the host *.x is a wildcard", "field": "spec.listeners[0].hostname", "allowed": "the names of the hosts, or *.acme.example.com and what is under it", "rule": "wildcard"},
		{
			"msg": "no host is named: requests for all hosts are taken",
			"field": "spec.listeners[1].hostname",
			"allowed": "the names of the hosts, or *.acme.example.com and what is under it",
			"rule": "all-hosts",
		},
	} with input as request("Gateway", {"listeners": [{"hostname": "*.x"}, {}]}, ["*.{tenant}.example.com"])
}

test_a_star_anywhere_is_a_wildcard if {
	every host in ["*", "*.example.com", "a*.example.com", "a.*.example.com"] {
		count(wildcard_hosts.violation) == 1 with input as request("HTTPRoute", {"hostnames": [host]}, [])
	}
}

test_null_is_all_hosts if {
	count(wildcard_hosts.violation) == 1 with input as request("TLSRoute", {"hostnames": null}, [])
	count(wildcard_hosts.violation) == 1 with input as request("TLSRoute", {}, [])
}
