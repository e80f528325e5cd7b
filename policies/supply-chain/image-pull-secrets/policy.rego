# Images are pulled with the credentials that the platform hands out.
package image_pull_secrets

import data.lib.text
import data.lib.workloads

violation contains result if {
	some i, reference in spec.imagePullSecrets
	name := object.get(reference, "name", "")
	not name in input.parameters.allowed
	result := finding(name, workloads.field(input.review, "imagePullSecrets", i, "name"))
}

violation contains result if {
	input.review.kind.kind == "ServiceAccount"
	some i, reference in input.review.object.imagePullSecrets
	name := object.get(reference, "name", "")
	not name in input.parameters.allowed
	result := finding(name, sprintf("imagePullSecrets[%d].name", [i]))
}

violation contains {
	"msg": "no imagePullSecrets are given",
	"field": workloads.pod_field(input.review, "imagePullSecrets"),
	"allowed": text.any_of(input.parameters.allowed),
} if {
	input.parameters.required == true
	is_object(spec)
	count(object.get(spec, "imagePullSecrets", [])) == 0
}

spec := workloads.pod_spec(input.review)

finding(name, field) := {
	"msg": sprintf(`images would be pulled with the Secret "%v"`, [name]),
	"field": field,
	"allowed": text.any_of(input.parameters.allowed),
}
