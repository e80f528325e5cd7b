package p

violation contains {"msg": sprintf("tenant %v of class %v", [input.tenant.name, input.tenant.class])} if {
	input.tenant.labels.tier == "small"
	count(input.review.object.spec.containers) > input.tenant.parameters.containers
}

violation contains {"msg": input.namespace.name} if {
	input.namespace.labels.frozen == "true"
	input.review.operation != "DELETE"
}
