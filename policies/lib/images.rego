# Image references, read as container runtimes read them:
# [registry[:port]/]repository[:tag][@digest].
package lib.images

# registry/repository, with what runtimes fill in: nginx is
# docker.io/library/nginx. Undefined for what is no reference.
name(reference) := concat("/", [registry, in_library(registry, repository)]) if {
	parts := split(reference, "@")
	valid_digest(parts)

	path := split(parts[0], "/")
	bits := split(path[count(path) - 1], ":")
	valid_tag(bits)

	host := host_in(path)
	registry := normal_registry(lower(host))
	trim_left(registry, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") == ""

	untagged := trim_suffix(parts[0], substring(concat(":", bits), count(bits[0]), -1))
	repository := trim_prefix(untagged, concat("", [host, "/"]))
	valid_repository(repository)
}

# The tag; "" when there is none. Of something malformed, what comes last.
tag(reference) := last if {
	path := split(split(reference, "@")[0], "/")
	bits := split(path[count(path) - 1], ":")
	count(bits) > 1
	last := bits[count(bits) - 1]
} else := ""

# Whether a reference is pinned: by a SHA-256 or SHA-512 digest.
pinned(reference) if {
	parts := split(reference, "@")
	count(parts) == 2
	[algorithm, hex] := split(parts[1], ":")
	count(hex) == {"sha256": 64, "sha512": 128}[algorithm]
	trim_left(hex, "0123456789abcdef") == ""
}

# Whether a name lies in a registry or under a repository. Only whole parts
# count: quay.io covers quay.io/a/b, never quay.io.example.com/a.
within(image, entry) if image == entry

within(image, entry) if startswith(image, concat("", [trim_suffix(entry, "/"), "/"]))

# A registry is told from a repository's first part by its dot, its port, its
# upper case, or by being localhost.
host_in(path) := path[0] if {
	count(path) > 1
	is_host(path[0])
} else := "docker.io"

is_host(part) if contains(part, ".")

is_host(part) if contains(part, ":")

is_host(part) if part == "localhost"

is_host(part) if lower(part) != part

normal_registry(host) := "docker.io" if {
	host in {"index.docker.io", "registry-1.docker.io"}
} else := host

in_library(registry, repository) := concat("/", ["library", repository]) if {
	registry == "docker.io"
	not contains(repository, "/")
} else := repository

valid_tag(bits) if count(bits) == 1

valid_tag(bits) if {
	count(bits) == 2
	bits[1] != ""
	trim_left(bits[1], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == ""
}

valid_digest(parts) if count(parts) == 1

valid_digest(parts) if {
	count(parts) == 2
	[algorithm, hex] := split(parts[1], ":")
	algorithm != ""
	hex != ""
	trim_left(hex, "0123456789abcdef") == ""
}

valid_repository(repository) if {
	repository != ""
	trim_left(repository, "abcdefghijklmnopqrstuvwxyz0123456789._-/") == ""
	not contains(repository, "//")
	not contains(repository, "..")
	not startswith(repository, "/")
	not endswith(repository, "/")
}
