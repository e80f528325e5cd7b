# Pods have a priority that the platform allows: one that is higher than that of
# others evicts them.
package priority_classes

import data.lib.text
import data.lib.workloads

violation contains {
	"msg": sprintf(`the priority class is "%v"`, [class]),
	"field": workloads.pod_field(input.review, "priorityClassName"),
	"allowed": text.any_of(input.parameters.allowed),
} if {
	class := object.get(spec, "priorityClassName", "")
	class != ""
	not class in input.parameters.allowed
}

violation contains {
	"msg": "no priority class is named",
	"field": workloads.pod_field(input.review, "priorityClassName"),
	"allowed": text.any_of(input.parameters.allowed),
} if {
	input.parameters.required == true
	object.get(spec, "priorityClassName", "") == ""
}

# A bare number is what the API server derives from the class. Written without
# a class it is refused there, unless it is the default's.
spec := workloads.pod_spec(input.review)
