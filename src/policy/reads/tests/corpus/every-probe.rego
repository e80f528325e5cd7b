package p

violation contains {"msg": "no probes"} if {
	not probed
}

probed if {
	every c in input.review.object.spec.containers {
		c.livenessProbe
		c.readinessProbe.httpGet.port != 0
	}
}
