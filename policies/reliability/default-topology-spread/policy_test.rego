package default_topology_spread_test

import data.default_topology_spread

request(metadata, spec) := {
	"review": {"operation": "CREATE", "kind": {"kind": "Pod"}, "object": {"metadata": metadata, "spec": spec}},
	"parameters": {"keys": ["zone"], "selectorLabels": ["app"], "maxSkew": 1},
}

owner := {"kind": "ReplicaSet", "controller": true}

test_patch if {
	default_topology_spread.patch == {{
		"op": "add",
		"path": "/spec/topologySpreadConstraints",
		"value": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {"matchLabels": {"app": "web"}}}],
	}} with input as request({"labels": {"app": "web"}, "ownerReferences": [owner]}, {})
}

# Asked again about what it made, it has nothing to add.
test_patch_is_idempotent if {
	some operation in default_topology_spread.patch with input as request({"labels": {"app": "web"}, "ownerReferences": [owner]}, {})
	default_topology_spread.patch == set() with input as request({"labels": {"app": "web"}, "ownerReferences": [owner]}, {"topologySpreadConstraints": operation.value})
}

test_no_labels if {
	default_topology_spread.patch == set() with input as request({"ownerReferences": [owner]}, {})
	default_topology_spread.patch == set() with input as request({"labels": {"app": ""}, "ownerReferences": [owner]}, {})
}

test_an_owner_that_is_no_controller if {
	default_topology_spread.patch == set() with input as request({"labels": {"app": "web"}, "ownerReferences": [{"kind": "ReplicaSet"}]}, {})
}
