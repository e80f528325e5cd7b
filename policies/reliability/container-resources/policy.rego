# Containers say what they need and what they may take. Resources of the whole
# Pod (KEP-2837) count for each of its containers. Ephemeral containers have no
# resources.
package container_resources

import data.lib.quantity
import data.lib.workloads

violation contains {
	"msg": sprintf("%s %s", [workloads.who(list, i, container), problem(container, kind, name)]),
	"field": workloads.field(input.review, list, i, concat(".", ["resources", kind, name])),
	"allowed": object.get({"requests": "what the container needs in ordinary operation", "limits": "the most that the container may take"}, kind, ""),
	"rule": kind,
} if {
	some list in ["initContainers", "containers"]
	some i, container in spec[list]
	resources := object.get(container, "resources", {})
	some kind in ["requests", "limits"]
	some name in input.parameters[kind]
	not given(resources, kind, name)
	not given(whole, kind, name)
	judged(list, container)
}

spec := workloads.pod_spec(input.review)

# What the Pod as a whole asks for.
whole := object.get(spec, "resources", {})

judged(list, _) if list == "containers"

judged(list, _) if {
	list == "initContainers"
	input.parameters.initContainers == true
}

judged(list, container) if workloads.is_sidecar(list, container)

# A limit is a request, too.
given(resources, kind, name) if quantity.is_positive(resources[kind][name])

given(resources, kind, name) if {
	kind == "requests"
	quantity.is_positive(resources.limits[name])
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
