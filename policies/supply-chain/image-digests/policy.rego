# Images are pinned by digest: what runs is what was checked, also after a tag
# was moved.
package image_digests

import data.lib.images
import data.lib.workloads

violation contains result if {
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, container in spec[list]
	image := object.get(container, "image", "")
	not images.pinned(image)
	not exempt(image)
	result := finding(workloads.who(list, i, container), image, list, i, "image")
}

violation contains result if {
	some i, volume in spec.volumes
	volume.image
	image := object.get(volume.image, "reference", "")
	not images.pinned(image)
	not exempt(image)
	result := finding(sprintf(`volume "%v"`, [object.get(volume, "name", i)]), image, "volumes", i, "image.reference")
}

spec := workloads.pod_spec(input.review)

exempt(image) if {
	some entry in input.parameters.exempt
	name := images.name(image)
	is_string(name)
	images.within(name, entry)
}

finding(who, image, list, i, key) := {
	"msg": sprintf(`%s uses the image "%v" without a digest`, [who, image]),
	"field": workloads.field(input.review, list, i, key),
	"allowed": "an image with its digest, such as app:1.4.2@sha256:…, as the registry or the build reports it",
}
