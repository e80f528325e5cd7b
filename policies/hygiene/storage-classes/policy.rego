# Volumes are claimed from allowed storage classes, in allowed sizes and modes:
# by claims, by the claim templates of StatefulSets, and by ephemeral volumes.
package storage_classes

import data.lib.quantity
import data.lib.text
import data.lib.workloads

violation contains {
	"msg": sprintf(`%s names the storage class "%v"`, [claim.who, class]),
	"field": concat(".", [claim.path, "storageClassName"]),
	"allowed": text.any_of(input.parameters.allowed),
	"rule": "class",
} if {
	some claim in claims
	class := class_of(claim)
	class != null
	not class in input.parameters.allowed
}

violation contains {
	"msg": sprintf("%s names no storage class", [claim.who]),
	"field": concat(".", [claim.path, "storageClassName"]),
	"allowed": text.any_of(input.parameters.allowed),
	"rule": "class",
} if {
	input.parameters.allowDefault != true
	some claim in claims
	class_of(claim) == null
}

violation contains {
	"msg": sprintf("%s %s", [claim.who, problem]),
	"field": concat(".", [claim.path, "resources.requests.storage"]),
	"allowed": sprintf("at most %s", [most]),
	"rule": "size",
} if {
	some claim in claims
	most := object.get(input.parameters.maxSizes, class_of(claim), input.parameters.maxSize)
	problem := size_problem(object.get(object.get(object.get(claim.spec, "resources", {}), "requests", {}), "storage", ""), most)
	is_string(problem)
}

violation contains {
	"msg": sprintf("%s has the access mode %v", [claim.who, mode]),
	"field": sprintf("%s.accessModes[%d]", [claim.path, i]),
	"allowed": text.any_of(input.parameters.accessModes),
	"rule": "access-mode",
} if {
	some claim in claims
	some i, mode in claim.spec.accessModes
	not mode in input.parameters.accessModes
}

claims contains {"path": "spec", "who": "the claim", "spec": asked_for, "annotations": annotations} if {
	input.review.kind.kind == "PersistentVolumeClaim"
	not unchanged
	asked_for := object.get(input.review.object, "spec", {})
	annotations := annotations_of(input.review.object)
}

claims contains {"path": path, "who": who, "spec": asked_for, "annotations": annotations} if {
	input.review.kind.kind == "StatefulSet"
	input.review.operation != "UPDATE"
	some i, template in input.review.object.spec.volumeClaimTemplates
	path := sprintf("spec.volumeClaimTemplates[%d].spec", [i])
	who := sprintf(`the claim template "%v"`, [object.get(object.get(template, "metadata", {}), "name", i)])
	asked_for := object.get(template, "spec", {})
	annotations := annotations_of(template)
}

claims contains {"path": path, "who": who, "spec": asked_for, "annotations": annotations} if {
	some i, volume in spec.volumes
	template := volume.ephemeral.volumeClaimTemplate
	is_object(template)
	path := workloads.field(input.review, "volumes", i, "ephemeral.volumeClaimTemplate.spec")
	who := sprintf(`the ephemeral volume "%v"`, [object.get(volume, "name", i)])
	asked_for := object.get(template, "spec", {})
	annotations := annotations_of(template)
}

spec := workloads.pod_spec(input.review)

# Binding writes into a claim; what it asks for stays.
unchanged if {
	input.review.operation == "UPDATE"
	asked(input.review.oldObject) == asked(input.review.object)
}

asked(claim) := [
	object.get(claim.spec, "storageClassName", null),
	object.get(claim.spec, "resources", null),
	object.get(claim.spec, "accessModes", null),
	annotations_of(claim),
]

# The old annotation still wins over the field.
class_of(claim) := class if {
	class := claim.annotations["volume.beta.kubernetes.io/storage-class"]
	is_string(class)
} else := object.get(claim.spec, "storageClassName", null)

annotations_of(obj) := obj.metadata.annotations if {
	is_object(obj.metadata.annotations)
} else := {}

size_problem(size, most) := "asks for no size" if {
	size == ""
} else := sprintf(`asks for "%v", which is no quantity`, [size]) if {
	not quantity.milli(size)
} else := sprintf("asks for %v, more than %s", [size, most]) if {
	quantity.milli(size) > quantity.milli(most)
}
