# Limits are at most a multiple of the requests: the scheduler places Pods by
# their requests, and what is promised beyond them is not there when all take it.
package limits_ratio

import data.lib.quantity
import data.lib.workloads

violation contains {
	"msg": sprintf("%s %s", [workloads.who(list, i, container), problem]),
	"field": workloads.field(input.review, list, i, concat("", ["resources.limits.", name])),
	"allowed": sprintf("a limit of at most %v times the request", [ratio]),
} if {
	some list in ["initContainers", "containers"]
	some i, container in spec[list]
	some name, ratio in input.parameters.maximum
	limits := object.get(object.get(container, "resources", {}), "limits", {})
	requests := object.get(object.get(container, "resources", {}), "requests", {})
	limit := object.get(limits, name, "")
	request := object.get(requests, name, limit)
	not within(limit, request, ratio)
	not limited_as_a_whole(limit, name)
	problem := problem_with(limit, request, name, ratio)
	is_string(problem)
}

spec := workloads.pod_spec(input.review)

within(limit, request, _) if {
	limit == request
	limit != ""
}

within(limit, request, ratio) if quantity.milli(limit) <= quantity.milli(request) * ratio

# A limit of the whole Pod (KEP-2837) bounds containers that have none.
limited_as_a_whole(limit, name) if {
	limit == ""
	spec.resources.limits[name]
}

problem_with(limit, request, name, ratio) := sprintf("has no limit on %s", [name]) if {
	limit == ""
} else := sprintf(`may take %v of %s, more than %v times the %v that it requests`, [limit, name, ratio, request]) if {
	quantity.milli(limit) > quantity.milli(request) * ratio
} else := sprintf(`gives "%v" and "%v" for %s, one of which is no quantity`, [limit, request, name])
