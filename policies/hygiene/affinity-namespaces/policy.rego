# Pods attract and repel Pods of their own namespace only. Rules about Pods of
# other tenants are refused by Lessor's core; between the namespaces of a tenant
# they let one environment keep another's Pods off the nodes.
package affinity_namespaces

import data.lib.text
import data.lib.workloads

violation contains {
	"msg": sprintf("an affinity rule is about Pods of the namespace %v", [namespace]),
	"field": workloads.pod_field(input.review, sprintf("affinity.%s.namespaces[%d]", [term.path, i])),
	"allowed": sprintf("Pods of %s", [text.any_of(array.concat([input.review.namespace], input.parameters.namespaces))]),
} if {
	some term in terms
	some i, namespace in term.rule.namespaces
	namespace != input.review.namespace
	not namespace in input.parameters.namespaces
}

violation contains {
	"msg": "an affinity rule is about Pods of namespaces that a selector finds",
	"field": workloads.pod_field(input.review, sprintf("affinity.%s.namespaceSelector", [term.path])),
	"allowed": sprintf("Pods of %s: no namespaceSelector", [text.any_of(array.concat([input.review.namespace], input.parameters.namespaces))]),
} if {
	some term in terms
	is_object(term.rule.namespaceSelector)
}

terms contains {"path": sprintf("%s.requiredDuringSchedulingIgnoredDuringExecution[%d]", [kind, i]), "rule": rule} if {
	some kind in ["podAffinity", "podAntiAffinity"]
	some i, rule in affinity[kind].requiredDuringSchedulingIgnoredDuringExecution
}

terms contains {"path": sprintf("%s.preferredDuringSchedulingIgnoredDuringExecution[%d].podAffinityTerm", [kind, i]), "rule": preference.podAffinityTerm} if {
	some kind in ["podAffinity", "podAntiAffinity"]
	some i, preference in affinity[kind].preferredDuringSchedulingIgnoredDuringExecution
	is_object(preference.podAffinityTerm)
}

affinity := workloads.pod_spec(input.review).affinity
