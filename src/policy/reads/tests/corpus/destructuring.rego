package p

violation contains {"msg": msg} if {
	some c in input.review.object.spec.containers
	[registry, repository] := split(c.image, "/")
	msg := check({"registry": registry, "repository": repository, "container": c})
}

violation contains {"msg": "pair"} if {
	[first, second] = input.review.object.spec.command
	first == second.value
}

check({"registry": "evil", "repository": repository, "container": c}) := sprintf("%v in %v", [repository, c.name])
