package storage_classes_test

import data.storage_classes

parameters := {"allowed": ["a"], "allowDefault": true, "maxSize": "10Gi", "maxSizes": {"a": "1Gi"}, "accessModes": ["ReadWriteOnce"]}

claim(spec) := {"review": {"operation": "CREATE", "kind": {"kind": "PersistentVolumeClaim"}, "object": {"metadata": {}, "spec": spec}}, "parameters": parameters}

test_findings if {
	storage_classes.violation == {
		{"msg": `the claim names the storage class "b"`, "field": "spec.storageClassName", "allowed": "a", "rule": "class"},
		{"msg": "the claim asks for 11Gi, more than 10Gi", "field": "spec.resources.requests.storage", "allowed": "at most 10Gi", "rule": "size"},
		{"msg": "the claim has the access mode ReadWriteMany", "field": "spec.accessModes[0]", "allowed": "ReadWriteOnce", "rule": "access-mode"},
	} with input as claim({"storageClassName": "b", "accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "11Gi"}}})
}

test_size_by_class if {
	count(storage_classes.violation) == 1 with input as claim({"storageClassName": "a", "resources": {"requests": {"storage": "2Gi"}}})
	storage_classes.violation == set() with input as claim({"resources": {"requests": {"storage": "2Gi"}}})
}

test_nothing_vanishes if {
	every size in [null, "", "x", true] {
		count(storage_classes.violation) == 1 with input as claim({"storageClassName": "a", "resources": {"requests": {"storage": size}}})
	}
	count(storage_classes.violation) == 1 with input as claim({"storageClassName": "a"})
}

test_paths if {
	storage_classes.violation == {{
		"msg": `the claim template "d" names the storage class "b"`,
		"field": "spec.volumeClaimTemplates[0].spec.storageClassName",
		"allowed": "a",
		"rule": "class",
	}} with input as {
		"review": {"operation": "CREATE", "kind": {"kind": "StatefulSet"}, "object": {"spec": {"template": {"spec": {}}, "volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": {"storageClassName": "b", "resources": {"requests": {"storage": "1Gi"}}}}]}}},
		"parameters": parameters,
	}
	storage_classes.violation == {{
		"msg": `the ephemeral volume "v" names the storage class "b"`,
		"field": "spec.volumes[1].ephemeral.volumeClaimTemplate.spec.storageClassName",
		"allowed": "a",
		"rule": "class",
	}} with input as {
		"review": {"operation": "CREATE", "kind": {"kind": "Pod"}, "object": {"spec": {"volumes": [{"name": "c"}, {"name": "v", "ephemeral": {"volumeClaimTemplate": {"spec": {"storageClassName": "b", "resources": {"requests": {"storage": "1Gi"}}}}}}]}}},
		"parameters": parameters,
	}
}
