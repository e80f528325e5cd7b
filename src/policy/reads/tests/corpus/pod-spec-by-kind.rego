# One helper, several kinds: the definitions exclude each other.
package p

violation contains {"msg": "hostNetwork"} if pod_spec.hostNetwork

violation contains {"msg": c.image} if {
	some c in pod_spec.containers
	endswith(c.image, ":latest")
}

pod_spec := input.review.object.spec if input.review.kind.kind == "Pod"

pod_spec := input.review.object.spec.template.spec if {
	input.review.kind.kind in {"Deployment", "StatefulSet"}
}

pod_spec := input.review.object.spec.jobTemplate.spec.template.spec if {
	input.review.kind.kind == "CronJob"
}
