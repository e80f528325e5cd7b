package lib.workloads_test

import data.lib.workloads

spec := {"containers": [{"name": "web"}]}

review(kind, obj) := {"operation": "CREATE", "kind": {"kind": kind}, "object": obj}

nine := {
	"Pod": {"spec": spec},
	"PodTemplate": {"template": {"spec": spec}},
	"CronJob": {"spec": {"jobTemplate": {"spec": {"template": {"spec": spec}}}}},
	"DaemonSet": {"spec": {"template": {"spec": spec}}},
	"Deployment": {"spec": {"template": {"spec": spec}}},
	"Job": {"spec": {"template": {"spec": spec}}},
	"ReplicaSet": {"spec": {"template": {"spec": spec}}},
	"ReplicationController": {"spec": {"template": {"spec": spec}}},
	"StatefulSet": {"spec": {"template": {"spec": spec}}},
}

test_pod_spec_of_the_nine_kinds if {
	every kind, obj in nine {
		workloads.pod_spec(review(kind, obj)) == spec
	}
}

test_pod_spec_where_there_is_none if {
	not workloads.pod_spec(review("Service", {"spec": {"ports": []}}))
	not workloads.pod_spec(review("Deployment", {"spec": {}}))
}

test_pod_spec_of_an_unchanged_one if {
	every kind, obj in nine {
		update := {"operation": "UPDATE", "kind": {"kind": kind}, "object": object.union(obj, {"metadata": {"labels": {"a": "b"}}}), "oldObject": obj}
		not workloads.pod_spec(update)
	}
}

test_pod_spec_of_a_changed_one if {
	every kind, obj in nine {
		update := {"operation": "UPDATE", "kind": {"kind": kind}, "object": obj, "oldObject": {"spec": {"template": {"spec": {}}}}}
		workloads.pod_spec(update) == spec
	}
}

owned(kind, owner) := {"operation": "CREATE", "kind": {"kind": kind}, "object": object.union(nine[kind], {"metadata": {"ownerReferences": [owner]}})}

test_pod_spec_of_what_a_controller_copied if {
	not workloads.pod_spec(owned("ReplicaSet", {"apiVersion": "apps/v1", "kind": "Deployment", "controller": true}))
	not workloads.pod_spec(owned("Job", {"apiVersion": "batch/v1", "kind": "CronJob", "controller": true}))
}

test_pod_spec_of_what_only_looks_copied if {
	workloads.pod_spec(owned("ReplicaSet", {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "controller": true}))
	workloads.pod_spec(owned("ReplicaSet", {"apiVersion": "evil.example/v1", "kind": "Deployment", "controller": true}))
	workloads.pod_spec(owned("ReplicaSet", {"apiVersion": "apps/v1", "kind": "Deployment"}))
	workloads.pod_spec(owned("Pod", {"apiVersion": "apps/v1", "kind": "Deployment", "controller": true}))
	workloads.pod_spec(owned("Deployment", {"apiVersion": "apps/v1", "kind": "Deployment", "controller": true}))
}

test_paths if {
	workloads.field(review("Pod", {}), "containers", 0, "image") == "spec.containers[0].image"
	workloads.field(review("Job", {}), "initContainers", 2, "image") == "spec.template.spec.initContainers[2].image"
	workloads.field(review("CronJob", {}), "containers", 0, "name") == "spec.jobTemplate.spec.template.spec.containers[0].name"
	workloads.pod_field(review("PodTemplate", {}), "runtimeClassName") == "template.spec.runtimeClassName"
	workloads.metadata_path(review("Pod", {})) == "metadata"
	workloads.metadata_path(review("CronJob", {})) == "spec.jobTemplate.spec.template.metadata"
}

test_pod_labels if {
	workloads.pod_labels(review("Pod", {"metadata": {"labels": {"a": "b"}}})) == {"a": "b"}
	workloads.pod_labels(review("Deployment", {"spec": {"template": {"metadata": {"labels": {"a": "b"}}}}})) == {"a": "b"}
	workloads.pod_labels(review("Deployment", {"metadata": {"labels": {"a": "b"}}, "spec": {"template": {}}})) == {}
	workloads.pod_labels(review("CronJob", {"spec": {"jobTemplate": {"spec": {"template": {"metadata": {"labels": null}}}}}})) == {}
}

test_who if {
	workloads.who("containers", 0, {"name": "web"}) == "container \"web\""
	workloads.who("initContainers", 1, {"name": "migrate"}) == "init container \"migrate\""
	workloads.who("ephemeralContainers", 0, {"name": "debug"}) == "ephemeral container \"debug\""
	workloads.who("containers", 3, {}) == "container \"3\""
}

test_runs_on if {
	workloads.runs_on({})
	workloads.runs_on({"restartPolicy": "Always"})
	not workloads.runs_on({"restartPolicy": "Never"})
}

test_sidecars if {
	workloads.is_sidecar("initContainers", {"restartPolicy": "Always"})
	not workloads.is_sidecar("initContainers", {})
	not workloads.is_sidecar("containers", {"restartPolicy": "Always"})
}
