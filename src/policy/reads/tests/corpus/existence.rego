# Null, false, absent, empty.
package p

violation contains {"msg": "seen"} if {
	_ = input.review.object.spec.hostUsers
}

violation contains {"msg": "not true"} if {
	not input.review.object.spec.automount
}

violation contains {"msg": "null"} if is_null(input.review.object.spec.priority)

violation contains {"msg": type_name(input.review.object.spec.overhead)} if {
	input.review.object.spec.overhead != {}
}
