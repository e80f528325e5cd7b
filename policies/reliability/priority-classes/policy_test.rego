package priority_classes_test

import data.priority_classes

request(spec, required) := {
	"review": {"operation": "CREATE", "kind": {"kind": "PodTemplate"}, "object": {"template": {"spec": spec}}},
	"parameters": {"allowed": ["low"], "required": required},
}

test_findings if {
	priority_classes.violation == {{"msg": `the priority class is "high"`, "field": "template.spec.priorityClassName", "allowed": "low"}} with input as request({"priorityClassName": "high"}, false)
	priority_classes.violation == {{"msg": "no priority class is named", "field": "template.spec.priorityClassName", "allowed": "low"}} with input as request({"priorityClassName": ""}, true)
}
