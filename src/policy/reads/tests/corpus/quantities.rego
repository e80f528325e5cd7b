# Many clauses with literal heads, arithmetic, conversion.
package p

violation contains {"msg": sprintf("%v uses %v", [c.name, bytes])} if {
	some c in input.review.object.spec.containers
	bytes := canonify(c.resources.limits.memory)
	bytes > canonify(input.parameters.memory)
}

violation contains {"msg": sprintf("%v has no good memory limit", [c.name])} if {
	some c in input.review.object.spec.containers
	not canonify(c.resources.limits.memory)
}

canonify(quantity) := quantity * 1000 if is_number(quantity)

canonify(quantity) := number * multiple(suffix) if {
	not is_number(quantity)
	suffix := get_suffix(quantity)
	raw := replace(quantity, suffix, "")
	regex.match(`^[0-9]+$`, raw)
	number := to_number(raw)
}

get_suffix(quantity) := suffix if {
	is_string(quantity)
	count(quantity) > 1
	suffix := substring(quantity, count(quantity) - 2, -1)
	multiple(suffix)
}

get_suffix(quantity) := suffix if {
	is_string(quantity)
	count(quantity) > 0
	suffix := substring(quantity, count(quantity) - 1, -1)
	multiple(suffix)
}

multiple("Ki") := 1024

multiple("Mi") := 1048576

multiple("K") := 1000

multiple("M") := 1000000
