# ConfigMaps hold configuration, not files: each is kept in etcd, in the memory
# of every API server and on every node that mounts it.
package config_size

violation contains {
	"msg": sprintf("the values have %d characters, more than %d", [size, input.parameters.maxCharacters]),
	"field": "data",
	"allowed": sprintf("at most %d characters, or an image volume, an object store or a persistent volume", [input.parameters.maxCharacters]),
	"rule": "size",
} if {
	not unchanged
	size := sum([count(value) | some value in data_of(input.review.object)]) + sum([count(value) | some value in binary_of(input.review.object)])
	size > input.parameters.maxCharacters
}

violation contains {
	"msg": sprintf("there are %d keys, more than %d", [keys, input.parameters.maxKeys]),
	"field": "data",
	"allowed": sprintf("at most %d keys", [input.parameters.maxKeys]),
	"rule": "keys",
} if {
	not unchanged
	keys := count(data_of(input.review.object)) + count(binary_of(input.review.object))
	keys > input.parameters.maxKeys
}

unchanged if {
	input.review.operation == "UPDATE"
	data_of(input.review.oldObject) == data_of(input.review.object)
	binary_of(input.review.oldObject) == binary_of(input.review.object)
}

data_of(obj) := obj.data if {
	is_object(obj.data)
} else := {}

binary_of(obj) := obj.binaryData if {
	is_object(obj.binaryData)
} else := {}
