# Names of fields from a list, from a set, from parameters.
package p

fields := ["containers", "initContainers"]

violation contains {"msg": sprintf("%v[%v]", [field, i])} if {
	some field in fields
	some i, c in input.review.object.spec[field]
	not c.resources.limits.memory
}

violation contains {"msg": annotation} if {
	some annotation in input.parameters.annotations
	not input.review.object.metadata.annotations[annotation]
}
