package p

violation contains {"msg": "protected"} if {
	input.review.operation == "DELETE"
	input.review.object.metadata.annotations["example.com/protected"] == "true"
	not "admins" in input.review.userInfo.groups
}
