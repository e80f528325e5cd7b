# Images name a tag that does not move, or a digest.
package image_tags

import data.lib.images
import data.lib.workloads

violation contains result if {
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, container in spec[list]
	image := object.get(container, "image", "")
	not contains(image, "@")
	problem := problem_with(image)
	is_string(problem)
	result := finding(workloads.who(list, i, container), image, problem, list, i, "image")
}

violation contains result if {
	some i, volume in spec.volumes
	volume.image
	image := object.get(volume.image, "reference", "")
	not contains(image, "@")
	problem := problem_with(image)
	is_string(problem)
	result := finding(sprintf(`volume "%v"`, [object.get(volume, "name", i)]), image, problem, "volumes", i, "image.reference")
}

spec := workloads.pod_spec(input.review)

forbidden := {lower(tag) | some tag in input.parameters.forbidden}

problem_with(image) := sprintf(`whose tag "%s" moves`, [tag]) if {
	tag := images.tag(image)
	lower(tag) in forbidden
} else := "without tag and digest, which means latest" if {
	input.parameters.requireTag == true
	images.tag(image) == ""
}

finding(who, image, problem, list, i, key) := {
	"msg": sprintf(`%s uses the image "%v" %s`, [who, image, problem]),
	"field": workloads.field(input.review, list, i, key),
	"allowed": "an image with the tag of one release, such as app:1.4.2, or with a digest, app@sha256:…",
}
