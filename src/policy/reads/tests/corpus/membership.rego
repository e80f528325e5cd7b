package p

violation contains {"msg": c.name} if {
	some c in input.review.object.spec.containers
	"SYS_ADMIN" in c.securityContext.capabilities.add
}

violation contains {"msg": "policy"} if {
	not input.review.object.spec.restartPolicy in {"Always", "Never"}
}

violation contains {"msg": "listed"} if {
	input.review.object.spec.nodeName in input.parameters.nodes
}
