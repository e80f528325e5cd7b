package p

violation contains {"msg": sprintf("%v may not", [input.review.userInfo.username])} if {
	some group in input.review.userInfo.groups
	startswith(group, "guest:")
	input.review.dryRun != true
}
