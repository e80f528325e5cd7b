# Positions of an array and a second array at the same position.
package p

violation contains {"msg": "same image", "at": i} if {
	some i
	container := input.review.object.spec.containers[i]
	other := input.review.object.spec.initContainers[i]
	container.image == other.image
}
