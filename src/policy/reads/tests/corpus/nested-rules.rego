# Values that travel through objects, arrays and functions before they are used.
package p

wrapped := {"spec": input.review.object.spec, "meta": [input.review.object.metadata, input.review.namespace]}

violation contains {"msg": sprintf("%v/%v", [wrapped.meta[1], pick(wrapped, "containers").name])} if {
	pick(wrapped, "containers").tty
}

pick(what, field) := what.spec[field][0]
