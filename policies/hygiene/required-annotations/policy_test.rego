package required_annotations_test

import data.required_annotations

request(annotations) := {
	"review": {"operation": "CREATE", "kind": {"kind": "Ingress"}, "object": {"metadata": {"annotations": annotations}}},
	"parameters": {"annotations": [{"key": "example.com/contact"}]},
}

test_finding if {
	required_annotations.violation == {{
		"msg": "annotation example.com/contact is missing",
		"field": "metadata.annotations[example.com/contact]",
		"allowed": "example.com/contact: any value",
	}} with input as request(null)
}

test_there if {
	required_annotations.violation == set() with input as request({"example.com/contact": "shop"})
}
