package ingress_rules_test

import data.ingress_rules

request(metadata, spec) := {
	"review": {"operation": "CREATE", "kind": {"kind": "Ingress"}, "object": {"metadata": metadata, "spec": spec}},
	"parameters": {"classes": ["in"], "requireTLS": true, "requireHost": true, "pathTypes": ["Prefix"], "allowDefaultBackend": false},
}

rules := {result.rule | some result in ingress_rules.violation}

test_finding if {
	ingress_rules.violation == {{
		"msg": "the host a.example.com is served without TLS",
		"field": "spec.tls",
		"allowed": "an entry of spec.tls whose hosts hold a.example.com",
		"rule": "tls",
	}} with input as request({}, {"ingressClassName": "in", "rules": [{"host": "a.example.com"}]})
}

test_all_at_once if {
	rules == {"class", "host", "path-type", "path", "default-backend"} with input as request({}, {"defaultBackend": {}, "rules": [{"http": {"paths": [{"path": "x"}]}}]})
}

test_an_empty_host_needs_no_tls if {
	rules == {"host"} with input as request({}, {"ingressClassName": "in", "rules": [{"host": ""}]})
}

test_class_field if {
	some result in ingress_rules.violation with input as request({"annotations": {"kubernetes.io/ingress.class": "out"}}, {"ingressClassName": "in"})
	result.field == "metadata.annotations[kubernetes.io/ingress.class]"
}

test_plain_paths if {
	every path in ["/", "/a/b", "/a.b/c-d_e~f", "/%20", "/a:b@c", "/a=b&c"] {
		ingress_rules.plain(path)
	}
	every path in ["", "a", "/a b", "/a;b", "/a{b}", "/a\nb", "/a$b", "/a\"b", "/a'b", "/a\\b", "/../b", "/a|b", "/(a)"] {
		not ingress_rules.plain(path)
	}
}
