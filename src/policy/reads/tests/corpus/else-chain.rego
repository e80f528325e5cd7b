# Else branches and a default.
package p

default level := "none"

level := "high" if {
	input.review.object.spec.hostPID
} else := "middle" if {
	input.review.object.spec.hostNetwork == true
} else := lower(input.review.object.metadata.labels.level) if {
	input.review.object.metadata.labels.level
}

violation contains {"msg": level} if level != "none"
