# The order of a set becomes the order of an array.
package p

violation contains {"msg": concat(",", names)} if {
	names := [c.name | some c in all]
	count(names) > 1
}

all contains c if some c in input.review.object.spec.containers
