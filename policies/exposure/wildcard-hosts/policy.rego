# Hosts are named, not caught by wildcards or by naming none: whoever takes all
# hosts takes those that somebody else will want tomorrow.
package wildcard_hosts

import data.lib.hosts
import data.lib.text

violation contains {
	"msg": sprintf("the host %v is a wildcard", [found.host]),
	"field": found.field,
	"allowed": wanted,
	"rule": "wildcard",
} if {
	some found in named
	contains(found.host, "*")
	not allowed(found.host)
}

violation contains {
	"msg": "no host is named: requests for all hosts are taken",
	"field": found.field,
	"allowed": wanted,
	"rule": "all-hosts",
} if {
	some found in named
	found.host == ""
}

kind := input.review.kind.kind

spec := object.get(input.review.object, "spec", {}) if not unchanged

unchanged if {
	input.review.operation == "UPDATE"
	input.review.oldObject.spec == input.review.object.spec
}

# Every host with the place where it stands; "" stands for all of them.
named contains {"host": object.get(rule, "host", ""), "field": sprintf("spec.rules[%d].host", [i])} if {
	kind == "Ingress"
	some i, rule in spec.rules
}

named contains {"host": "", "field": "spec.defaultBackend"} if {
	kind == "Ingress"
	spec.defaultBackend
}

named contains {"host": host, "field": sprintf("spec.tls[%d].hosts[%d]", [i, j])} if {
	kind == "Ingress"
	some i, entry in spec.tls
	some j, host in entry.hosts
}

named contains {"host": host, "field": sprintf("spec.hostnames[%d]", [i])} if {
	endswith(kind, "Route")
	is_array(spec.hostnames)
	some i, host in spec.hostnames
}

named contains {"host": "", "field": "spec.hostnames"} if {
	endswith(kind, "Route")
	object.get(spec, "hostnames", []) in {[], null}
}

named contains {"host": object.get(listener, "hostname", ""), "field": sprintf("spec.listeners[%d].hostname", [i])} if {
	kind in {"Gateway", "ListenerSet"}
	some i, listener in spec.listeners
}

allowed(host) if {
	some pattern in patterns
	hosts.under(pattern, host)
}

patterns := {pattern |
	some written in input.parameters.allowed
	pattern := expanded(written)
	is_string(pattern)
}

# A wildcard for the tenant allows nothing where there is no tenant.
expanded(pattern) := pattern if {
	not contains(pattern, "{tenant}")
} else := replace(pattern, "{tenant}", input.tenant.name) if {
	input.tenant.name != ""
}

wanted := "the names of the hosts" if {
	count(patterns) == 0
} else := sprintf("the names of the hosts, or %s and what is under it", [text.any_of(patterns)])
