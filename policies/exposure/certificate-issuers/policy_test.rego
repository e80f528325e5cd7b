package certificate_issuers_test

import data.certificate_issuers

request(kind, metadata, spec) := {
	"review": {"operation": "CREATE", "kind": {"kind": kind}, "object": {"metadata": metadata, "spec": spec}},
	"parameters": {"issuers": [{"kind": "ClusterIssuer", "name": "a"}, {"kind": "Issuer", "name": "b"}], "ownIssuers": []},
}

test_findings if {
	certificate_issuers.violation == {{
		"msg": `the certificate would come from the Issuer "a"`,
		"field": "spec.issuerRef",
		"allowed": "ClusterIssuer a or Issuer b",
		"rule": "issuer",
	}} with input as request("Certificate", {}, {"issuerRef": {"name": "a"}})
	certificate_issuers.violation == {{
		"msg": "an Issuer of the type ca",
		"field": "spec.ca",
		"allowed": "nothing",
		"rule": "own-issuer",
	}} with input as request("Issuer", {}, {"ca": {}})
	certificate_issuers.violation == {{
		"msg": `the certificate would come from the ClusterIssuer "b"`,
		"field": "metadata.annotations[cert-manager.io/cluster-issuer]",
		"allowed": "ClusterIssuer a or Issuer b",
		"rule": "issuer",
	}} with input as request("Ingress", {"annotations": {"cert-manager.io/cluster-issuer": "b"}}, {})
}

test_both_annotations_are_judged if {
	count(certificate_issuers.violation) == 2 with input as request("Ingress", {"annotations": {"cert-manager.io/cluster-issuer": "x", "cert-manager.io/issuer": "y"}}, {})
}

test_annotations_of_other_kinds_ask_for_nothing if {
	certificate_issuers.violation == set() with input as request("Certificate", {"annotations": {"cert-manager.io/issuer": "x", "cert-manager.io/cluster-issuer": "x"}}, {"issuerRef": {"name": "b"}})
}
