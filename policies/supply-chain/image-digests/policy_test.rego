package image_digests_test

import data.image_digests

request(image, exempt) := {
	"review": {"operation": "CREATE", "kind": {"kind": "Pod"}, "object": {"spec": {"containers": [{"name": "a", "image": image}]}}},
	"parameters": {"exempt": exempt},
}

test_finding if {
	image_digests.violation == {{
		"msg": `container "a" uses the image "web:1" without a digest`,
		"field": "spec.containers[0].image",
		"allowed": "an image with its digest, such as app:1.4.2@sha256:…, as the registry or the build reports it",
	}} with input as request("web:1", [])
}

test_exempt_as_the_runtime_reads_it if {
	image_digests.violation == set() with input as request("nginx:1", ["docker.io/library"])
	count(image_digests.violation) == 1 with input as request("shop/nginx:1", ["docker.io/library"])
	count(image_digests.violation) == 1 with input as request("no reference", ["docker.io"])
}
