package p

violation contains {"msg": path} if {
	some volume in input.review.object.spec.volumes
	some kind in {"hostPath", "nfs"}
	source := volume[kind]
	path := source.path
	not any_prefix(path, input.parameters.prefixes)
}

any_prefix(path, prefixes) if startswith(path, prefixes[_])
