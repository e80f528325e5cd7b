# Pods get their names from DNS. What hostAliases write into /etc/hosts goes
# past it: past service discovery, certificates' renewals and network logs.
package pod_hostnames

import data.lib.text
import data.lib.workloads

violation contains {
	"msg": sprintf(`hostAliases make %v mean %v`, [name, object.get(alias, "ip", "")]),
	"field": workloads.field(input.review, "hostAliases", i, sprintf("hostnames[%d]", [j])),
	"allowed": aliases,
	"rule": "alias",
} if {
	some i, alias in spec.hostAliases
	some j, name in alias.hostnames
	not allowed(lower(name))
}

violation contains {
	"msg": sprintf("%s is set", [setting]),
	"field": workloads.pod_field(input.review, setting),
	"allowed": "the name that the Pod gets by itself, or a StatefulSet for names that last",
	"rule": "hostname",
} if {
	input.parameters.allowHostname != true
	is_object(spec)
	not named_by_controller
	some setting in ["hostname", "subdomain", "setHostnameAsFQDN"]
	not object.get(spec, setting, null) in {null, "", false}
}

spec := workloads.pod_spec(input.review)

allowed(name) if name in input.parameters.allowedAliases

allowed(name) if {
	some pattern in input.parameters.allowedAliases
	startswith(pattern, "*.")
	endswith(name, trim_prefix(pattern, "*"))
}

# StatefulSets and indexed Jobs name their Pods.
named_by_controller if {
	input.review.kind.kind == "Pod"
	some owner in input.review.object.metadata.ownerReferences
	owner.controller == true
}

aliases := "a Service or a DNS entry" if {
	count(input.parameters.allowedAliases) == 0
} else := sprintf("a Service, a DNS entry, or an alias for %s", [text.any_of(input.parameters.allowedAliases)])
