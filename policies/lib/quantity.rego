# Kubernetes quantities: 500m, 128Mi, 1.5, 1e3.
package lib.quantity

# A quantity in thousandths, so that comparing and multiplying stay exact.
# Undefined for what is no quantity: a policy must say what it does then.
milli(quantity) := round(units.parse(quantity) * 1000) if {
	is_string(quantity)
	suffix := trim_left(quantity, "0123456789")
	suffix != quantity
	suffix in {"", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"}
} else := round(quantity * 1000) if {
	is_number(quantity)
} else := rarely_written(quantity) if {
	is_string(quantity)
}

# Whether something is a quantity above zero. Most are seen to be by their first
# digit, without taking them apart.
is_positive(quantity) if {
	is_string(quantity)
	trim_left(quantity, "123456789") != quantity
	trim_left(quantity, "0123456789") in {"", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"}
} else if milli(quantity) > 0

# Fractions and signs; powers of ten; millionths and less, rounded up as
# Kubernetes rounds them.
rarely_written(quantity) := round(units.parse(quantity) * 1000) if {
	regex.match(`^[+-]?([0-9]+\.[0-9]+|\.[0-9]+|[0-9]+)([mkMGTPE]|[KMGTPE]i)?$`, quantity)
} else := round(to_number(quantity) * 1000) if {
	regex.match(`^[+-]?([0-9]+\.[0-9]+|[0-9]+)[eE][+-]?[0-9]{1,2}$`, quantity)
} else := ceil(to_number(trim_right(quantity, "u")) * 0.001) if {
	regex.match(`^[0-9]+u$`, quantity)
} else := ceil(to_number(trim_right(quantity, "n")) * 0.000001) if {
	regex.match(`^[0-9]+n$`, quantity)
}
