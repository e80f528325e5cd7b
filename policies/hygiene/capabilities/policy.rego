# Containers give up all capabilities and take back at most the listed ones.
# Pod Security, which is Lessor's core, demands this at its level restricted
# only; this policy brings it to tenants at baseline, and may allow less.
package capabilities

import data.lib.text
import data.lib.workloads

violation contains {
	"msg": sprintf("%s adds the capability %v", [workloads.who(list, i, container), capability]),
	"field": workloads.field(input.review, list, i, sprintf("securityContext.capabilities.add[%d]", [j])),
	"allowed": text.any_of(input.parameters.allowedAdd),
	"rule": "add",
} if {
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, container in spec[list]
	some j, capability in container.securityContext.capabilities.add
	not trim_prefix(upper(capability), "CAP_") in input.parameters.allowedAdd
}

violation contains {
	"msg": sprintf("%s keeps capabilities of the container runtime", [workloads.who(list, i, container)]),
	"field": workloads.field(input.review, list, i, "securityContext.capabilities.drop"),
	"allowed": `["ALL"]`,
	"rule": "drop",
} if {
	input.parameters.requireDropAll == true
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, container in spec[list]
	not drops_all(container)
	not workloads.is_windows(spec)
}

spec := workloads.pod_spec(input.review)

drops_all(container) if {
	some capability in container.securityContext.capabilities.drop
	upper(capability) == "ALL"
}
