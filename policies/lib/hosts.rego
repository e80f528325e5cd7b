# Hostnames, compared by their labels.
package lib.hosts

# Whether a pattern covers a host: itself, or *.example.com for one more label,
# as certificates and routes read it.
covers(pattern, host) if lower(pattern) == lower(host)

covers(pattern, host) if {
	startswith(pattern, "*.")
	wildcard_over(host) == lower(pattern)
}

# The wildcard that covers a host: *.example.com for a.example.com. A wildcard
# and a host of one label have none above them, and are it themselves.
wildcard_over(host) := concat(".", array.concat(["*"], array.slice(labels, 1, count(labels)))) if {
	labels := split(lower(host), ".")
	count(labels) > 1
} else := lower(host)

# Whether a host lies anywhere under a pattern: *.example.com has *.a.example.com
# and b.a.example.com under it.
under(pattern, host) if lower(pattern) == lower(host)

under(pattern, host) if {
	startswith(pattern, "*.")
	endswith(lower(host), trim_prefix(lower(pattern), "*"))
}
