# Objects and their Pods carry the labels by which the platform finds their
# owner.
package required_labels

import data.lib.required
import data.lib.workloads

violation contains {
	"msg": problem.msg,
	"field": sprintf("metadata.labels[%s]", [problem.key]),
	"allowed": problem.allowed,
} if {
	labels := required.entries(input.review.object.metadata, "labels")
	changed(labels)
	judged
	some problem in required.problems(labels, input.parameters.labels, "label")
}

violation contains {
	"msg": problem.msg,
	"field": sprintf("%s.labels[%s]", [workloads.metadata_path(input.review), problem.key]),
	"allowed": problem.allowed,
} if {
	input.parameters.podTemplates == true
	input.review.kind.kind != "Pod"
	workloads.pod_spec(input.review)
	labels := required.entries({"labels": workloads.pod_labels(input.review)}, "labels")
	some problem in required.problems(labels, input.parameters.labels, "Pod template label")
}

# A Pod is like its template, so where templates need no labels it needs none.
judged if input.review.kind.kind != "Pod"

judged if input.parameters.podTemplates == true

judged if not input.review.object.metadata.ownerReferences

# What is older than the policy may be changed in everything else.
changed(_) if input.review.operation != "UPDATE"

changed(labels) if required.entries(input.review.oldObject.metadata, "labels") != labels
