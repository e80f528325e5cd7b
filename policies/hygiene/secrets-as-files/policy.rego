# Containers read secrets from files, not from variables: a variable is
# inherited by every child process, printed by crash dumps and debug pages, and
# keeps its old value when the Secret is rotated.
package secrets_as_files

import data.lib.workloads

violation contains {
	"msg": sprintf(`%s: the variable %v is filled from the Secret "%v"`, [workloads.who(list, i, container), object.get(variable, "name", j), name]),
	"field": workloads.field(input.review, list, i, sprintf("env[%d].valueFrom.secretKeyRef", [j])),
	"allowed": "the Secret mounted as a volume",
} if {
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, container in spec[list]
	some j, variable in container.env
	reference := variable.valueFrom.secretKeyRef
	is_object(reference)
	name := object.get(reference, "name", "")
	not name in input.parameters.allowedSecrets
}

violation contains {
	"msg": sprintf(`%s: variables are filled from the Secret "%v"`, [workloads.who(list, i, container), name]),
	"field": workloads.field(input.review, list, i, sprintf("envFrom[%d].secretRef", [j])),
	"allowed": "the Secret mounted as a volume",
} if {
	some list in ["initContainers", "containers", "ephemeralContainers"]
	some i, container in spec[list]
	some j, source in container.envFrom
	is_object(source.secretRef)
	name := object.get(source.secretRef, "name", "")
	not name in input.parameters.allowedSecrets
}

spec := workloads.pod_spec(input.review)
