package config_size_test

import data.config_size

request(obj) := {"review": {"operation": "CREATE", "kind": {"kind": "ConfigMap"}, "object": obj}, "parameters": {"maxCharacters": 5, "maxKeys": 2}}

test_findings if {
	config_size.violation == {
		{
			"msg": "the values have 6 characters, more than 5",
			"field": "data",
			"allowed": "at most 5 characters, or an image volume, an object store or a persistent volume",
			"rule": "size",
		},
		{"msg": "there are 3 keys, more than 2", "field": "data", "allowed": "at most 2 keys", "rule": "keys"},
	} with input as request({"data": {"a": "12", "b": "34"}, "binaryData": {"c": "56"}})
}

test_null_is_nothing if {
	config_size.violation == set() with input as request({"data": null, "binaryData": null})
}
