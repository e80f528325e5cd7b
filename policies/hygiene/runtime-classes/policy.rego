# Pods run in a sandbox that the platform offers.
package runtime_classes

import data.lib.text
import data.lib.workloads

violation contains {
	"msg": sprintf(`the runtime class is "%v"`, [class]),
	"field": workloads.pod_field(input.review, "runtimeClassName"),
	"allowed": text.any_of(input.parameters.allowed),
} if {
	class := object.get(spec, "runtimeClassName", "")
	not class in {"", null}
	not class in input.parameters.allowed
}

violation contains {
	"msg": "no runtime class is named",
	"field": workloads.pod_field(input.review, "runtimeClassName"),
	"allowed": text.any_of(input.parameters.allowed),
} if {
	input.parameters.required == true
	object.get(spec, "runtimeClassName", "") in {"", null}
}

spec := workloads.pod_spec(input.review)
