package p

by_name[c.name] := c.image if some c in input.review.object.spec.containers

violation contains {"msg": sprintf("%v runs %v", [name, image])} if {
	some name, image in by_name
	contains(image, "debug")
}

violation contains {"msg": "app is missing"} if not by_name.app
