# Keys of an object, set difference, parameters.
package p

violation contains {"msg": msg, "details": {"missing": missing}} if {
	provided := {label | some label, _ in input.review.object.metadata.labels}
	required := {label | some label in input.parameters.labels}
	missing := required - provided
	count(missing) > 0
	msg := sprintf("missing labels: %v", [missing])
}
