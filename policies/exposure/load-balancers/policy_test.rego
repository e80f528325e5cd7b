package load_balancers_test

import data.load_balancers

request(obj) := {
	"review": {"operation": "CREATE", "kind": {"kind": "Service"}, "object": obj},
	"parameters": {"forbiddenPrefixes": ["cloud/"], "allowedAnnotations": ["cloud/ok"], "classes": ["in"], "requireSourceRanges": true},
}

test_findings if {
	load_balancers.violation == {
		{
			"msg": "the annotation cloud/ip is obeyed by a controller outside the cluster's rules",
			"field": "metadata.annotations[cloud/ip]",
			"allowed": "of those prefixes only cloud/ok",
			"rule": "annotation",
		},
		{"msg": "the load balancer class is out", "field": "spec.loadBalancerClass", "allowed": "in", "rule": "class"},
		{"msg": "the load balancer is open to everybody", "field": "spec.loadBalancerSourceRanges", "allowed": "the address ranges that clients come from", "rule": "source-ranges"},
	} with input as request({"metadata": {"annotations": {"cloud/ip": "1", "cloud/ok": "1", "other/ip": "1"}}, "spec": {"type": "LoadBalancer", "loadBalancerClass": "out"}})
}

test_every_way_to_write_everybody if {
	every range in ["0.0.0.0/0", " 0.0.0.0/0 ", "::/0", "0::/0", "10.0.0.0/0"] {
		count(load_balancers.violation) == 1 with input as request({"metadata": {}, "spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": [range]}})
	}
	load_balancers.violation == set() with input as request({"metadata": {}, "spec": {"type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0/8"]}})
}

test_ranges_that_nobody_asks_for if {
	open := {"metadata": {}, "spec": {"type": "LoadBalancer"}}
	load_balancers.violation == set() with input as object.union(request(open), {"parameters": {"requireSourceRanges": false}})
}

test_other_types_need_no_ranges if {
	load_balancers.violation == set() with input as request({"metadata": {}, "spec": {"type": "ClusterIP"}})
	load_balancers.violation == set() with input as request({"metadata": {}, "spec": {"type": "ClusterIP", "loadBalancerSourceRanges": ["0.0.0.0/0"]}})
}
