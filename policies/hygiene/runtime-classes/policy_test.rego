package runtime_classes_test

import data.runtime_classes

request(spec, required) := {"review": {"operation": "CREATE", "kind": {"kind": "Pod"}, "object": {"spec": spec}}, "parameters": {"allowed": ["kata", "gvisor"], "required": required}}

test_findings if {
	runtime_classes.violation == {{"msg": `the runtime class is "runc"`, "field": "spec.runtimeClassName", "allowed": "gvisor or kata"}} with input as request({"runtimeClassName": "runc"}, false)
	runtime_classes.violation == {{"msg": "no runtime class is named", "field": "spec.runtimeClassName", "allowed": "gvisor or kata"}} with input as request({"runtimeClassName": null}, true)
}
