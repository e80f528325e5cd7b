# No two Ingresses of a tenant take the same requests. Between tenants hosts are
# kept apart by their class and by HostnameClaims; a policy sees its own
# tenant's objects only. Hosts are looked up in an index, so the answer costs
# the same with ten thousand Ingresses as with ten.
package unique_hosts

import data.lib.hosts

# Another namespace, or the same where hosts are not shared.
violation contains {
	"msg": sprintf("the host %s is taken by the Ingress %s/%s", [mine.host, found.namespace, found.name]),
	"field": mine.field,
	"allowed": "a host that no other Ingress has, or one Ingress for it",
	"rule": "host",
} if {
	some mine in taken
	some found in holders(mine.host)
	not is_self(found)
	not shared(found)
}

# The same namespace: the same path too.
violation contains {
	"msg": sprintf("the path %s of the host %s is taken by the Ingress %s/%s", [path, mine.host, found.namespace, found.name]),
	"field": mine.field,
	"allowed": "a path that no other Ingress of this host has",
	"rule": "path",
} if {
	not is_canary
	some mine in taken
	some found in data.inventory.index.hosts[mine.host]
	not is_self(found)
	shared(found)
	some theirs in data.inventory.namespace[found.namespace]["networking.k8s.io/v1"].Ingress[found.name].spec.rules
	theirs.host == mine.host
	some path in (mine.paths & paths_of(theirs))
}

# The hosts that this Ingress takes. Those of an unchanged spec are left alone.
taken contains {"host": host, "field": sprintf("spec.rules[%d].host", [i]), "paths": paths_of(rule)} if {
	not unchanged
	some i, rule in input.review.object.spec.rules
	host := object.get(rule, "host", "")
	host != ""
}

unchanged if {
	input.review.operation == "UPDATE"
	input.review.oldObject.spec == input.review.object.spec
}

# Who has the host, or the wildcard over it.
holders(host) := [found |
	some name in {host, hosts.wildcard_over(host)}
	some found in data.inventory.index.hosts[name]
]

is_self(found) if {
	found.namespace == input.review.namespace
	found.name == input.review.object.metadata.name
}

shared(found) if {
	input.parameters.shareWithinNamespace == true
	found.namespace == input.review.namespace
}

is_canary if {
	some key in input.parameters.canaryAnnotations
	input.review.object.metadata.annotations[key] == "true"
}

paths_of(rule) := {object.get(path, "path", "/") | some path in rule.http.paths} if {
	count(rule.http.paths) > 0
} else := {"/"}
