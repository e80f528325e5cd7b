# Objects carry the annotations that people and tools look for.
package required_annotations

import data.lib.required

violation contains {
	"msg": problem.msg,
	"field": sprintf("metadata.annotations[%s]", [problem.key]),
	"allowed": problem.allowed,
} if {
	annotations := required.entries(input.review.object.metadata, "annotations")
	changed(annotations)
	some problem in required.problems(annotations, input.parameters.annotations, "annotation")
}

# What is older than the policy may be changed in everything else. Tools write
# annotations of their own all the time, so the required ones are compared.
changed(_) if input.review.operation != "UPDATE"

changed(annotations) if {
	old := required.entries(input.review.oldObject.metadata, "annotations")
	some requirement in input.parameters.annotations
	object.get(old, requirement.key, "") != object.get(annotations, requirement.key, "")
}
