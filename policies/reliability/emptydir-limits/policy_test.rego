package emptydir_limits_test

import data.emptydir_limits

request(volume) := {
	"review": {"operation": "CREATE", "kind": {"kind": "Pod"}, "object": {"spec": {"volumes": [volume]}}},
	"parameters": {"maxSize": "1Gi", "maxMemorySize": "1Mi", "allowMemory": true},
}

test_finding if {
	emptydir_limits.violation == {{
		"msg": `emptyDir volume "a" has no sizeLimit`,
		"field": "spec.volumes[0].emptyDir.sizeLimit",
		"allowed": "a sizeLimit of at most 1Gi, or 1Mi in memory",
		"rule": "size",
	}} with input as request({"name": "a", "emptyDir": {}})
}

test_nothing_vanishes if {
	every limit in [null, "", "x", true, [], "-"] {
		count(emptydir_limits.violation) == 1 with input as request({"name": "a", "emptyDir": {"sizeLimit": limit}})
	}
}

test_other_sources_are_none if {
	every volume in [{"name": "a", "configMap": {}}, {"name": "a", "persistentVolumeClaim": {"claimName": "b"}}, {"name": "a", "unknown": null}] {
		emptydir_limits.violation == set() with input as request(volume)
	}
}
