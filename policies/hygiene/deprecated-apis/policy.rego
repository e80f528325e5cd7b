# Manifests use API versions that the next release still serves. Releases and
# successors are those of the Kubernetes deprecated API migration guide,
# https://kubernetes.io/docs/reference/using-api/deprecation-guide/.
package deprecated_apis

violation contains {
	"msg": sprintf("%s of %s is not served from release %s on", [kind, version, removal.release]),
	"field": "apiVersion",
	"allowed": removal.use,
} if {
	some written in versions
	kind := written.kind
	version := written.version
	removal := removals[version][kind]
	minor(removal.release) <= minor(input.parameters.release)
}

violation contains {
	"msg": sprintf("%s of %s is deprecated here", [entry.kind, entry.apiVersion]),
	"field": "apiVersion",
	"allowed": entry.use,
} if {
	some written in versions
	some entry in input.parameters.additional
	entry.apiVersion == written.version
	entry.kind == written.kind
}

# What the client wrote, and what it was converted to before it came here.
versions contains {"kind": gvk.kind, "version": api_version(gvk)} if {
	gvk := input.review.kind
}

versions contains {"kind": gvk.kind, "version": api_version(gvk)} if {
	gvk := input.review.requestKind
	is_object(gvk)
}

api_version(gvk) := gvk.version if {
	gvk.group == ""
} else := concat("/", [gvk.group, gvk.version])

minor(release) := to_number(split(release, ".")[1])

removals := {
	"apps/v1beta1": {
		"Deployment": {"release": "1.16", "use": "apps/v1"},
		"ReplicaSet": {"release": "1.16", "use": "apps/v1"},
		"StatefulSet": {"release": "1.16", "use": "apps/v1"},
	},
	"apps/v1beta2": {
		"DaemonSet": {"release": "1.16", "use": "apps/v1"},
		"Deployment": {"release": "1.16", "use": "apps/v1"},
		"ReplicaSet": {"release": "1.16", "use": "apps/v1"},
		"StatefulSet": {"release": "1.16", "use": "apps/v1"},
	},
	"autoscaling/v2beta1": {"HorizontalPodAutoscaler": {"release": "1.25", "use": "autoscaling/v2"}},
	"autoscaling/v2beta2": {"HorizontalPodAutoscaler": {"release": "1.26", "use": "autoscaling/v2"}},
	"batch/v1beta1": {"CronJob": {"release": "1.25", "use": "batch/v1"}},
	"coordination.k8s.io/v1beta1": {"Lease": {"release": "1.22", "use": "coordination.k8s.io/v1"}},
	"discovery.k8s.io/v1beta1": {"EndpointSlice": {"release": "1.25", "use": "discovery.k8s.io/v1"}},
	"extensions/v1beta1": {
		"DaemonSet": {"release": "1.16", "use": "apps/v1"},
		"Deployment": {"release": "1.16", "use": "apps/v1"},
		"Ingress": {"release": "1.22", "use": "networking.k8s.io/v1"},
		"NetworkPolicy": {"release": "1.16", "use": "networking.k8s.io/v1"},
		"ReplicaSet": {"release": "1.16", "use": "apps/v1"},
	},
	"networking.k8s.io/v1beta1": {"Ingress": {"release": "1.22", "use": "networking.k8s.io/v1"}},
	"policy/v1beta1": {"PodDisruptionBudget": {"release": "1.25", "use": "policy/v1"}},
	"rbac.authorization.k8s.io/v1beta1": {
		"Role": {"release": "1.22", "use": "rbac.authorization.k8s.io/v1"},
		"RoleBinding": {"release": "1.22", "use": "rbac.authorization.k8s.io/v1"},
	},
	"storage.k8s.io/v1beta1": {"CSIStorageCapacity": {"release": "1.27", "use": "storage.k8s.io/v1"}},
}
