# Arithmetic of input in the body of a loop.
package p

violation contains {"msg": c.name} if {
	some c in input.review.object.spec.containers
	to_number(c.resources.limits.cpu) > to_number(c.resources.requests.cpu) * input.parameters.ratio
}

violation contains {"msg": "total"} if {
	sum([count(c.ports) | some c in input.review.object.spec.containers]) > 2
}
