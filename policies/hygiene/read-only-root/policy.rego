# Containers cannot change their own image: what breaks in cannot replace
# programs, and nothing that must be kept is lost with the container.
package read_only_root

import data.lib.workloads

violation contains {
	"msg": sprintf("%s can write to its root filesystem", [workloads.who(list, i, container)]),
	"field": workloads.field(input.review, list, i, "securityContext.readOnlyRootFilesystem"),
	"allowed": "true, with an emptyDir or another volume mounted where the container writes",
} if {
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, container in spec[list]
	not container.securityContext.readOnlyRootFilesystem == true
	not object.get(container, "name", "") in input.parameters.exemptContainers
	not workloads.is_windows(spec)
}

spec := workloads.pod_spec(input.review)
