# Two definitions that may both succeed must agree.
package p

violation contains {"msg": "x", "image": first.image} if first.name

first := input.review.object.spec.containers[0] if input.review.object.spec.containers

first := input.review.object.spec.initContainers[0] if input.review.object.spec.initContainers
