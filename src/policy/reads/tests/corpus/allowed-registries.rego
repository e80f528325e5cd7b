# Whole review to a helper, parameters, a message with a field of the container.
package p

violation contains {"msg": msg} if {
	some container in containers(input.review)
	not allowed(container.image)
	msg := sprintf("container <%v> has image <%v>", [container.name, container.image])
}

containers(review) := array.concat(
	object.get(review.object.spec, "containers", []),
	object.get(review.object.spec, "initContainers", []),
)

allowed(image) if {
	some registry in input.parameters.registries
	startswith(image, registry)
}
