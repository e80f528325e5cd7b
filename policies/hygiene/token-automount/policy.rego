# Only workloads that talk to the API server get a token for it. A token in
# every container is the first thing that whoever breaks into one looks for.
package token_automount

import data.lib.text
import data.lib.workloads

violation contains {
	"msg": sprintf(`Pods of the ServiceAccount "%v" ask for a token`, [account]),
	"field": workloads.pod_field(input.review, "automountServiceAccountToken"),
	"allowed": allowed,
} if {
	is_object(spec)
	asks(object.get(spec, "automountServiceAccountToken", null))
	account := object.get(spec, "serviceAccountName", "default")
	not account in input.parameters.serviceAccounts
}

violation contains {
	"msg": sprintf(`the ServiceAccount "%v" gives a token to every Pod`, [account]),
	"field": "automountServiceAccountToken",
	"allowed": allowed,
} if {
	input.review.kind.kind == "ServiceAccount"
	asks(object.get(input.review.object, "automountServiceAccountToken", null))
	account := object.get(input.review.object.metadata, "name", "")
	not account in input.parameters.serviceAccounts
}

spec := workloads.pod_spec(input.review)

asks(value) if value == true

asks(value) if {
	value == null
	input.parameters.requireExplicit == true
}

allowed := "false" if {
	count(input.parameters.serviceAccounts) == 0
} else := sprintf("false, or one of the ServiceAccounts that talk to the API server: %s", [text.any_of(input.parameters.serviceAccounts)])
