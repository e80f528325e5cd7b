# Containers say what they need and what they may take. Resources of the whole
# Pod (KEP-2837) count for each of its containers. Ephemeral containers have no
# resources.
package container_resources

import data.lib.quantity
import data.lib.workloads

violation contains result if {
	some list in ["initContainers", "containers"]
	some i, container in spec[list]
	judged(list, container)
	some name in input.parameters.requests
	not given(container, "requests", name)
	not given(container, "limits", name)
	result := finding(list, i, container, "requests", name)
}

violation contains result if {
	some list in ["initContainers", "containers"]
	some i, container in spec[list]
	judged(list, container)
	some name in input.parameters.limits
	not given(container, "limits", name)
	result := finding(list, i, container, "limits", name)
}

spec := workloads.pod_spec(input.review)

judged(list, _) if list == "containers"

judged(list, _) if {
	list == "initContainers"
	input.parameters.initContainers == true
}

judged(list, container) if workloads.is_sidecar(list, container)

# Zero asks for nothing, and what is no quantity says nothing.
given(container, kind, name) if {
	amount := container.resources[kind][name]
	quantity.milli(amount) > 0
}

given(_, kind, name) if {
	amount := spec.resources[kind][name]
	quantity.milli(amount) > 0
}

finding(list, i, container, kind, name) := {
	"msg": sprintf("%s %s", [workloads.who(list, i, container), problem(container, kind, name)]),
	"field": workloads.field(input.review, list, i, concat(".", ["resources", kind, name])),
	"allowed": object.get({"requests": "what the container needs in ordinary operation", "limits": "the most that the container may take"}, kind, ""),
	"rule": kind,
}

problem(container, kind, name) := sprintf(`gives %s.%s as "%v", which is nothing`, [kind, name, amount]) if {
	amount := container.resources[kind][name]
	quantity.milli(amount) <= 0
} else := sprintf(`gives %s.%s as "%v", which is no quantity`, [kind, name, amount]) if {
	amount := container.resources[kind][name]
	amount != null
} else := sprintf("requests no %s", [name]) if {
	kind == "requests"
} else := sprintf("has no limit on %s", [name])
