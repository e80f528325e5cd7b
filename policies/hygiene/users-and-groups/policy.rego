# Containers run as users and groups of the platform's ranges, so that a file or
# a process on a node belongs to nobody else.
package users_and_groups

import data.lib.workloads

# What the Pod says for all of its containers.
violation contains {
	"msg": sprintf("%s is %v", [field, number]),
	"field": workloads.pod_field(input.review, concat("", ["securityContext.", field])),
	"allowed": range_of(field),
	"rule": "range",
} if {
	some field in ["runAsUser", "runAsGroup", "fsGroup"]
	number := spec.securityContext[field]
	number != null
	not within(field, number)
}

violation contains {
	"msg": sprintf("supplementalGroups holds %v", [number]),
	"field": workloads.pod_field(input.review, sprintf("securityContext.supplementalGroups[%d]", [i])),
	"allowed": range_of("supplementalGroups"),
	"rule": "range",
} if {
	some i, number in spec.securityContext.supplementalGroups
	not within("supplementalGroups", number)
}

# What a container says for itself.
violation contains {
	"msg": sprintf("%s: %s is %v", [workloads.who(list, i, container), field, number]),
	"field": workloads.field(input.review, list, i, concat("", ["securityContext.", field])),
	"allowed": range_of(field),
	"rule": "range",
} if {
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, container in spec[list]
	some field in ["runAsUser", "runAsGroup"]
	number := container.securityContext[field]
	number != null
	not within(field, number)
}

violation contains {
	"msg": sprintf("%s: %s is left to the image", [workloads.who(list, i, container), field]),
	"field": workloads.field(input.review, list, i, concat("", ["securityContext.", field])),
	"allowed": range_of(field),
	"rule": "required",
} if {
	some field in input.parameters.required
	not is_number(object.get(pod_context, field, null))
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, container in spec[list]
	not is_number(object.get(object.get(container, "securityContext", {}), field, null))
	not workloads.is_windows(spec)
}

spec := workloads.pod_spec(input.review)

pod_context := context if {
	context := spec.securityContext
	is_object(context)
} else := {}

within(field, _) if not input.parameters.ranges[field]

within(field, number) if {
	range := input.parameters.ranges[field]
	number >= range.min
	number <= range.max
}

range_of(field) := sprintf("a number from %d to %d", [range.min, range.max]) if {
	range := input.parameters.ranges[field]
	is_object(range)
} else := "any number"
