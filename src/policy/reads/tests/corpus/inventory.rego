package p

violation contains {"msg": sprintf("host %v is taken by %v", [host, name])} if {
	some rule in input.review.object.spec.rules
	host := rule.host
	some namespace
	ingresses := data.inventory.namespace[namespace]["networking.k8s.io/v1"].Ingress
	some name, other in ingresses
	other.spec.rules[_].host == host
	name != input.review.object.metadata.name
}
