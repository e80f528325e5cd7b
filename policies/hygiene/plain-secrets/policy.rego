# Secrets are not written into manifests and ConfigMaps, where whoever may read
# the workload, the repository or a backup reads them. Values are never part of
# a message.
package plain_secrets

import data.lib.workloads

# A variable.
violation contains {
	"msg": sprintf("%s: the variable %v %s", [workloads.who(list, i, container), name, problem]),
	"field": workloads.field(input.review, list, i, sprintf("env[%d].value", [j])),
	"allowed": "a Secret, mounted as a file or named by valueFrom.secretKeyRef",
	"rule": "variable",
} if {
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, container in spec[list]
	some j, variable in container.env
	value := object.get(variable, "value", "")
	value != ""
	name := object.get(variable, "name", "")
	not name in input.parameters.exemptNames
	problem := problem_with(name, value)
	is_string(problem)
}

# An argument.
violation contains {
	"msg": sprintf("%s: an argument %s", [workloads.who(list, i, container), problem]),
	"field": workloads.field(input.review, list, i, sprintf("%s[%d]", [part, j])),
	"allowed": "a Secret, mounted as a file or named by valueFrom.secretKeyRef",
	"rule": "argument",
} if {
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, container in spec[list]
	some part in ["command", "args"]
	some j, value in container[part]
	problem := content_problem(value)
	is_string(problem)
}

# A value of a ConfigMap.
violation contains {
	"msg": sprintf("the key %s %s", [key, problem]),
	"field": sprintf("data[%s]", [key]),
	"allowed": "a Secret",
	"rule": "config",
} if {
	input.review.kind.kind == "ConfigMap"
	not unchanged
	some key, value in input.review.object.data
	value != ""
	not key in input.parameters.exemptNames
	problem := problem_with(key, value)
	is_string(problem)
}

spec := workloads.pod_spec(input.review)

unchanged if {
	input.review.operation == "UPDATE"
	input.review.oldObject.data == input.review.object.data
}

# A path to a file and a reference to another variable are no secrets, and what
# has several lines is a file whose content is looked at.
problem_with(name, value) := problem if {
	problem := content_problem(value)
	is_string(problem)
} else := "is named like a secret and has a value" if {
	strings.any_suffix_match(upper(replace(replace(name, ".", "_"), "-", "_")), input.parameters.nameSuffixes)
	not strings.any_prefix_match(value, ["/", "./", "$(", "file:", "vault:"])
	not contains(value, "\n")
}

content_problem(value) := "holds a private key" if {
	contains(value, "PRIVATE KEY-----")
} else := "holds a token" if {
	has_token(value)
} else := "holds an address with a password" if {
	contains(value, "://")
	contains(value, "@")
	regex.match(`://[^/\s:@]*:[^/\s@$]+@`, value)
}

# Words are long: a prefix alone is nobody's token.
has_token(value) if {
	count(value) >= 20
	some prefix in input.parameters.tokenPrefixes
	contains(value, prefix)
	some word in split(replace(replace(replace(replace(value, "\n", " "), "\"", " "), "=", " "), ":", " "), " ")
	startswith(trim_left(word, "'`(["), prefix)
	count(word) >= 20
}
