# Two containers that are equal are one: the whole of them counts.
package p

violation contains {"msg": sprintf("%d different containers", [count(all)])} if {
	count(all) > 1
}

all := {c | some c in input.review.object.spec.containers}
