package image_tags_test

import data.image_tags

request(image, parameters) := {
	"review": {"operation": "CREATE", "kind": {"kind": "CronJob"}, "object": {"spec": {"jobTemplate": {"spec": {"template": {"spec": {"initContainers": [{"name": "a", "image": image}]}}}}}}},
	"parameters": parameters,
}

test_finding if {
	image_tags.violation == {{
		"msg": `init container "a" uses the image "web:LATEST" whose tag "LATEST" moves`,
		"field": "spec.jobTemplate.spec.template.spec.initContainers[0].image",
		"allowed": "an image with the tag of one release, such as app:1.4.2, or with a digest, app@sha256:…",
	}} with input as request("web:LATEST", {"forbidden": ["latest"], "requireTag": true})
}

test_what_is_malformed_is_judged_by_what_comes_last if {
	count(image_tags.violation) == 1 with input as request("web:1:latest", {"forbidden": ["latest"], "requireTag": true})
	count(image_tags.violation) == 1 with input as request("", {"forbidden": ["latest"], "requireTag": true})
}

test_no_tag_is_forbidden_but_one_required if {
	image_tags.violation == set() with input as request("web:latest", {"forbidden": [], "requireTag": true})
	image_tags.violation == set() with input as request("web", {"forbidden": [], "requireTag": false})
}
