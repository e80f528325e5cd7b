# Images come from allowed registries and repositories. A reference is read as
# the container runtime reads it before it is compared, and compared by whole
# parts: see lib.images.
package image_registries

import data.lib.images
import data.lib.text
import data.lib.workloads

violation contains result if {
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, container in spec[list]
	image := object.get(container, "image", "")
	not in_prefix(image)
	not allowed(image)
	result := finding(image, workloads.who(list, i, container), list, i, "image")
}

violation contains result if {
	some i, volume in spec.volumes
	volume.image
	image := object.get(volume.image, "reference", "")
	not in_prefix(image)
	not allowed(image)
	result := finding(image, sprintf(`volume "%v"`, [object.get(volume, "name", i)]), "volumes", i, "image.reference")
}

spec := workloads.pod_spec(input.review)

# Most images are written out in full. What begins with an allowed host and a
# slash can be nothing else, and is not taken apart.
in_prefix(image) if {
	strings.any_prefix_match(image, prefixes)
	trim_left(image, "abcdefghijklmnopqrstuvwxyz0123456789._-/:@") == ""
}

allowed(image) if {
	name := images.name(image)
	is_string(name)
	some entry in entries
	images.within(name, entry)
}

entries := {trim_suffix(entry, "/") |
	some written in input.parameters.allowed
	entry := expanded(written)
	is_string(entry)
}

prefixes := [concat("", [entry, "/"]) | some entry in entries]

# An entry for the tenant allows nothing where there is no tenant.
expanded(entry) := entry if {
	not contains(entry, "{tenant}")
} else := replace(entry, "{tenant}", input.tenant.name) if {
	input.tenant.name != ""
}

finding(image, who, list, i, key) := {
	"msg": sprintf(`%s uses the image "%v", which %s`, [who, image, why(image)]),
	"field": workloads.field(input.review, list, i, key),
	"allowed": sprintf("an image from %s", [text.any_of(entries)]),
}

why(image) := sprintf("is %s: no allowed registry or repository", [name]) if {
	name := images.name(image)
	is_string(name)
} else := "is no valid image reference"
