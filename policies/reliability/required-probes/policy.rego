# Containers that run on tell when they are ready, and when they are stuck.
# Pods that end (those of Jobs) and ephemeral containers have no probes.
package required_probes

import data.lib.workloads

violation contains {
	"msg": sprintf("%s has no %s", [workloads.who(list, i, container), probe]),
	"field": workloads.field(input.review, list, i, probe),
	"allowed": "a probe by httpGet, tcpSocket, grpc or exec",
	"rule": probe,
} if {
	workloads.runs_on(spec)
	some list in ["initContainers", "containers"]
	some i, container in spec[list]
	some probe in input.parameters.required
	object.get(container, probe, null) == null
	judged(list, container)
	not object.get(container, "name", "") in input.parameters.exemptContainers
}

spec := workloads.pod_spec(input.review)

judged(list, _) if list == "containers"

judged(list, container) if {
	input.parameters.sidecars == true
	workloads.is_sidecar(list, container)
}
