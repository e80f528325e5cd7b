package p

violation contains {"msg": msg} if {
	some i, a in input.review.object.spec.containers
	some j, b in input.review.object.spec.containers
	i < j
	a.image == b.image
	msg := sprintf("%v twice at %v and %v", [a.image, i, j])
}
