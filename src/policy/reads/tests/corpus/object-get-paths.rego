package p

violation contains {"msg": "root"} if {
	object.get(input.review.object, ["spec", "securityContext", "runAsUser"], 0) == 0
	object.get(object.get(input, "parameters", {}), "strict", false)
}

violation contains {"msg": "profile"} if {
	type := object.get(input.review.object.spec, "seccompProfile", {"type": "none"}).type
	not type in {"RuntimeDefault", "Localhost"}
}
