# Services ask a cloud for nothing that the platform has not agreed to. Whether
# a tenant may have load balancers at all is its class's business.
package load_balancers

import data.lib.text

violation contains {
	"msg": sprintf("the annotation %s is obeyed by a controller outside the cluster's rules", [key]),
	"field": sprintf("metadata.annotations[%s]", [key]),
	"allowed": annotations,
	"rule": "annotation",
} if {
	some key, value in input.review.object.metadata.annotations
	strings.any_prefix_match(key, input.parameters.forbiddenPrefixes)
	not key in input.parameters.allowedAnnotations
	not same_as_before(key, value)
}

violation contains {
	"msg": sprintf("the load balancer class is %v", [class]),
	"field": "spec.loadBalancerClass",
	"allowed": text.any_of(input.parameters.classes),
	"rule": "class",
} if {
	class := object.get(spec, "loadBalancerClass", "")
	not class in {"", null}
	not class in input.parameters.classes
}

violation contains {
	"msg": "the load balancer is open to everybody",
	"field": "spec.loadBalancerSourceRanges",
	"allowed": "the address ranges that clients come from",
	"rule": "source-ranges",
} if {
	input.parameters.requireSourceRanges == true
	spec.type == "LoadBalancer"
	count(ranges) == 0
}

violation contains {
	"msg": sprintf("the load balancer is open to %v, which is everybody", [range]),
	"field": sprintf("spec.loadBalancerSourceRanges[%d]", [i]),
	"allowed": "the address ranges that clients come from",
	"rule": "source-ranges",
} if {
	input.parameters.requireSourceRanges == true
	spec.type == "LoadBalancer"
	some i, range in ranges
	endswith(trim_space(range), "/0")
}

spec := input.review.object.spec if not unchanged

unchanged if {
	input.review.operation == "UPDATE"
	input.review.oldObject.spec == input.review.object.spec
}

ranges := object.get(spec, "loadBalancerSourceRanges", [])

# Controllers write annotations of their own on what is older than the policy.
same_as_before(key, value) if {
	input.review.operation == "UPDATE"
	input.review.oldObject.metadata.annotations[key] == value
}

annotations := "no annotation under these prefixes" if {
	count(input.parameters.allowedAnnotations) == 0
} else := sprintf("of those prefixes only %s", [text.any_of(input.parameters.allowedAnnotations)])
