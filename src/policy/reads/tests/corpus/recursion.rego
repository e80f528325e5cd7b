# The engine follows a function that calls itself.
package p

violation contains {"msg": "too deep", "depth": n} if {
	n := depth(input.review.object.spec.tree)
	n > 2
}

depth(node) := 1 + depth(node.child) if node.child

else := 1
