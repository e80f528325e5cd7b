package lib.images_test

import data.lib.images

test_name_fills_in_what_runtimes_fill_in if {
	images.name("nginx") == "docker.io/library/nginx"
	images.name("nginx:1.27") == "docker.io/library/nginx"
	images.name("shop/web") == "docker.io/shop/web"
	images.name("docker.io/nginx") == "docker.io/library/nginx"
	images.name("index.docker.io/shop/web") == "docker.io/shop/web"
}

test_name_tells_registries_from_repositories if {
	images.name("quay.io/shop/web") == "quay.io/shop/web"
	images.name("localhost/web") == "localhost/web"
	images.name("localhost:5000") == "docker.io/library/localhost"
	images.name("registry:5000/web:1") == "registry:5000/web"
	images.name("[2001:db8::1]:5000/web") == "[2001:db8::1]:5000/web"
	images.name("Quay.IO/web") == "quay.io/web"
	images.name("Quay/web") == "quay/web"
}

test_name_leaves_tag_and_digest_out if {
	images.name("quay.io/web:1.2@sha256:0123456789abcdef") == "quay.io/web"
	images.name("quay.io/web@sha256:0123456789abcdef") == "quay.io/web"
	images.name("quay.io:8443/a/web:1.2") == "quay.io:8443/a/web"
}

test_name_of_what_is_no_reference if {
	every reference in [
		"", ":1", "/web", "web/", "a//b", "quay.io/", "quay.io/../web", "quay.io/Web", "quay.io/we b",
		"web:", "web:1:2", "web:-#", "web@", "web@sha256", "web@sha256:", "web@sha256:xyz", "web@a@b",
		"quay.io@evil.example/web", "quay.io%2f/web", "ünicode/web",
	] {
		not images.name(reference)
	}
}

test_tag if {
	images.tag("nginx") == ""
	images.tag("nginx:1.27") == "1.27"
	images.tag("quay.io:8443/web") == ""
	images.tag("quay.io:8443/web:2@sha256:00") == "2"
	images.tag("web@sha256:00") == ""
	images.tag("a:1:latest") == "latest"
}

test_pinned if {
	sha256 := concat("", ["a" | some _ in numbers.range(1, 64)])
	images.pinned(concat("", ["web@sha256:", sha256]))
	images.pinned(concat("", ["web:1@sha512:", sha256, sha256]))
	not images.pinned("web:1")
	not images.pinned(concat("", ["web@sha256:", sha256, "a"]))
	not images.pinned(concat("", ["web@sha512:", sha256]))
	not images.pinned(concat("", ["web@md5:", sha256]))
	not images.pinned(concat("", ["web@sha256:", upper(sha256)]))
}

test_within_compares_whole_parts if {
	images.within("quay.io/shop/web", "quay.io")
	images.within("quay.io/shop/web", "quay.io/")
	images.within("quay.io/shop/web", "quay.io/shop")
	images.within("quay.io/shop/web", "quay.io/shop/web")
	not images.within("quay.io/shop/web", "quay.io/sho")
	not images.within("quay.io/shop/web", "quay.io/shop/web/x")
	not images.within("quay.io.example.com/web", "quay.io")
	not images.within("quay.io:8443/web", "quay.io")
}
