package p

is_update if input.review.operation == "UPDATE"

violation contains {"msg": "immutable"} if {
	is_update
	input.review.object.spec.selector != input.review.oldObject.spec.selector
}

violation contains {"msg": "removed", "label": key} if {
	is_update
	some key, _ in input.review.oldObject.metadata.labels
	not input.review.object.metadata.labels[key]
}
