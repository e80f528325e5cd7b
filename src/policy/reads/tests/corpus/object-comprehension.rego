package p

ports := {c.name: c.ports | some c in input.review.object.spec.containers}

violation contains {"msg": name} if {
	some name, list in ports
	list[_].containerPort == 22
}

violation contains {"msg": "metrics"} if not ports.metrics[0].containerPort == 9090
