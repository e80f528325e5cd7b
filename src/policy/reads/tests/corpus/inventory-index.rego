package p

violation contains {"msg": host} if {
	host := input.review.object.spec.rules[_].host
	some other in data.inventory.index.hosts[host]
	other.namespace != input.review.namespace
}
