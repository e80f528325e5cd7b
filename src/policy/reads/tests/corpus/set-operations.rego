package p

images := {c.image | some c in input.review.object.spec.containers}

more := {c.image | some c in input.review.object.spec.initContainers}

violation contains {"msg": "shared", "images": images & more} if count(images & more) > 0

violation contains {"msg": image} if {
	some image in images | more
	endswith(image, "debug")
}
