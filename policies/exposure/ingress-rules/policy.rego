# Ingresses have a class, hosts and TLS, and paths without tricks.
package ingress_rules

import data.lib.hosts
import data.lib.text

violation contains {
	"msg": sprintf(`the ingress class is "%v"`, [class]),
	"field": class_field,
	"allowed": text.any_of(input.parameters.classes),
	"rule": "class",
} if {
	is_object(spec)
	not class in input.parameters.classes
}

violation contains {
	"msg": sprintf("rule %d names no host and takes requests for all of them", [i]),
	"field": sprintf("spec.rules[%d].host", [i]),
	"allowed": "the host's name",
	"rule": "host",
} if {
	input.parameters.requireHost == true
	some i, rule in spec.rules
	object.get(rule, "host", "") == ""
}

violation contains {
	"msg": sprintf("the host %s is served without TLS", [rule.host]),
	"field": "spec.tls",
	"allowed": sprintf("an entry of spec.tls whose hosts hold %s", [rule.host]),
	"rule": "tls",
} if {
	input.parameters.requireTLS == true
	some rule in spec.rules
	is_string(rule.host)
	rule.host != ""
	not has_tls(rule.host)
}

violation contains {
	"msg": sprintf(`the path "%v" has the type %v`, [object.get(path, "path", ""), type]),
	"field": sprintf("spec.rules[%d].http.paths[%d].pathType", [i, j]),
	"allowed": text.any_of(input.parameters.pathTypes),
	"rule": "path-type",
} if {
	some i, rule in spec.rules
	some j, path in rule.http.paths
	type := object.get(path, "pathType", "ImplementationSpecific")
	not type in input.parameters.pathTypes
}

violation contains {
	"msg": sprintf(`the path "%v" is no plain path`, [written]),
	"field": sprintf("spec.rules[%d].http.paths[%d].path", [i, j]),
	"allowed": "a path that begins with / and holds letters, digits and -._~/%+:@!,=&",
	"rule": "path",
} if {
	some i, rule in spec.rules
	some j, path in rule.http.paths
	written := object.get(path, "path", "/")
	not plain(written)
}

violation contains {
	"msg": "the default backend takes what no rule takes",
	"field": "spec.defaultBackend",
	"allowed": "rules with hosts",
	"rule": "default-backend",
} if {
	input.parameters.allowDefaultBackend != true
	spec.defaultBackend
}

# What is changed is judged: controllers and certificate managers write to
# Ingresses that are older than the policy.
spec := input.review.object.spec if not unchanged

unchanged if {
	input.review.operation == "UPDATE"
	input.review.oldObject.spec == input.review.object.spec
	class_annotation(input.review.oldObject) == class_annotation(input.review.object)
}

# The annotation is older than the field, and controllers still obey it first.
class := annotation if {
	annotation := class_annotation(input.review.object)
	annotation != ""
} else := object.get(spec, "ingressClassName", "")

class_field := "metadata.annotations[kubernetes.io/ingress.class]" if {
	class_annotation(input.review.object) != ""
} else := "spec.ingressClassName"

class_annotation(obj) := annotation if {
	annotation := obj.metadata.annotations["kubernetes.io/ingress.class"]
	is_string(annotation)
} else := ""

has_tls(host) if {
	some entry in spec.tls
	some covered in entry.hosts
	hosts.covers(covered, host)
}

# Some controllers write paths into their configuration as they are.
plain(path) if {
	startswith(path, "/")
	trim_left(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/%+:@!,=&") == ""
	not contains(path, "..")
}
