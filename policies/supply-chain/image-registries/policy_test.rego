package image_registries_test

import data.image_registries

request(images, parameters) := {
	"review": {"operation": "CREATE", "kind": {"kind": "Pod"}, "object": {"spec": {"containers": [{"name": sprintf("c%d", [i]), "image": image} | some i, image in images]}}},
	"tenant": {"name": "acme"},
	"parameters": parameters,
}

test_finding if {
	image_registries.violation == {{
		"msg": `container "c1" uses the image "nginx", which is docker.io/library/nginx: no allowed registry or repository`,
		"field": "spec.containers[1].image",
		"allowed": "an image from ghcr.io/acme or quay.io",
	}} with input as request(["quay.io/a/b", "nginx"], {"allowed": ["quay.io/", "ghcr.io/{tenant}"]})
}

test_nothing_allowed_without_a_tenant if {
	count(image_registries.violation) == 1 with input as object.remove(request(["ghcr.io/acme/web"], {"allowed": ["ghcr.io/{tenant}"]}), ["tenant"])
	count(image_registries.violation) == 1 with input as object.union(request(["ghcr.io/web"], {"allowed": ["ghcr.io/{tenant}"]}), {"tenant": {"name": ""}})
}

# What goes the short way and what goes the long way must mean the same.
test_upper_case_tags_and_digests_go_the_long_way if {
	image_registries.violation == set() with input as request(["quay.io/web:RC1", "QUAY.io/web@sha256:00ff"], {"allowed": ["quay.io"]})
}

test_entries_are_no_patterns if {
	count(image_registries.violation) == 2 with input as request(["quayXio/web", "quay.io.x/web"], {"allowed": ["quay.io"]})
}
