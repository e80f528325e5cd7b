# The partial set of containers that most libraries have.
package p

violation contains {"msg": msg, "details": {"container": container.name}} if {
	some container in input_containers
	container.securityContext.privileged
	msg := sprintf("privileged container: %v", [container.name])
}

input_containers contains c if some c in input.review.object.spec.containers

input_containers contains c if some c in input.review.object.spec.initContainers

input_containers contains c if some c in input.review.object.spec.ephemeralContainers
