# Where the Pods of a workload are described: the nine built-in kinds that hold
# a Pod spec, and any other that holds it at spec.template.spec.
package lib.workloads

# The Pod spec to judge: the Pod's own, or that of the template that Pods are
# made from. Undefined when there is none, and when there is nothing new in it:
# see settled.
pod_spec(review) := review.object.spec if {
	review.operation == "CREATE"
	review.kind.kind == "Pod"
} else := spec if {
	spec := pod_spec_in(review.kind.kind, review.object)
	is_object(spec)
	not settled(review, spec)
}

# The Pod spec in an object of a kind, new or not.
pod_spec_in(kind, obj) := obj.spec if {
	kind == "Pod"
} else := obj.spec.jobTemplate.spec.template.spec if {
	kind == "CronJob"
} else := obj.template.spec if {
	kind == "PodTemplate"
} else := obj.spec.template.spec

# The labels that the workload's Pods carry; empty when there are none.
pod_labels(review) := labels if {
	labels := object.get(pod_metadata(review), "labels", {})
	is_object(labels)
} else := {}

# The metadata of the workload's Pods.
pod_metadata(review) := review.object.metadata if {
	review.kind.kind == "Pod"
} else := review.object.spec.jobTemplate.spec.template.metadata if {
	review.kind.kind == "CronJob"
} else := review.object.template.metadata if {
	review.kind.kind == "PodTemplate"
} else := review.object.spec.template.metadata

# An update that leaves the Pod spec as it is asks for nothing new, and judging
# it again would only get in the way: of finalizers of finished Pods, of scaling
# down, of labels of workloads that are older than the policy.
settled(review, spec) if {
	review.operation == "UPDATE"
	pod_spec_in(review.kind.kind, review.oldObject) == spec
}

# The template was judged where it was written.
settled(review, _) if generated(review)

# Whether a template is the copy of another that was judged itself: the
# ReplicaSet of a Deployment, the Job of a CronJob. Were it judged again, the
# controller could not scale down what a corrected Deployment replaces. It is
# no way around a policy: Pods are judged each for itself, whoever owns them.
generated(review) if {
	review.kind.kind == "ReplicaSet"
	controlled_by(review.object, "apps/", "Deployment")
}

generated(review) if {
	review.kind.kind == "Job"
	controlled_by(review.object, "batch/", "CronJob")
}

controlled_by(obj, group, kind) if {
	some owner in obj.metadata.ownerReferences
	owner.controller == true
	owner.kind == kind
	startswith(owner.apiVersion, group)
}

# Path of the Pod spec in the object.
path(review) := object.get(
	{
		"CronJob": "spec.jobTemplate.spec.template.spec",
		"Pod": "spec",
		"PodTemplate": "template.spec",
	},
	review.kind.kind, "spec.template.spec",
)

# Path of the metadata of the workload's Pods.
metadata_path(review) := object.get(
	{
		"CronJob": "spec.jobTemplate.spec.template.metadata",
		"Pod": "metadata",
		"PodTemplate": "template.metadata",
	},
	review.kind.kind, "spec.template.metadata",
)

# Path of a field of the Pod spec: spec.template.spec.runtimeClassName.
pod_field(review, suffix) := concat(".", [path(review), suffix])

# Path of a field of a member of a list: spec.containers[0].image.
field(review, list, index, suffix) := sprintf("%s.%s[%d].%s", [path(review), list, index, suffix])

# What people call a container: container "web", init container "migrate".
who(list, index, container) := sprintf(`%s "%v"`, [
	object.get(
		{
			"ephemeralContainers": "ephemeral container",
			"initContainers": "init container",
		},
		list, "container",
	),
	object.get(container, "name", index),
])

# Whether a workload's Pods are meant to run on. Those of Jobs end.
runs_on(spec) if object.get(spec, "restartPolicy", "Always") == "Always"

# Whether a container starts before the others and runs on beside them.
is_sidecar(list, container) if {
	list == "initContainers"
	container.restartPolicy == "Always"
}

# Whether it is a Pod of Windows, where the API server refuses the security
# settings of Linux, and whose Pods no Linux node runs.
is_windows(spec) if spec.os.name == "windows"
