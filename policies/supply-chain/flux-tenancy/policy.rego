# Flux acts for a tenant with the tenant's own ServiceAccount, from the
# tenant's own sources. Without serviceAccountName it acts with the rights of
# its controllers, which are those of the cluster's administrator.
package flux_tenancy

import data.lib.text

violation contains {
	"msg": sprintf("%s names no serviceAccountName: Flux would act with its own rights", [kind]),
	"field": "spec.serviceAccountName",
	"allowed": accounts,
	"rule": "service-account",
} if {
	service_account == ""
}

violation contains {
	"msg": sprintf(`Flux would act as the ServiceAccount "%v"`, [service_account]),
	"field": "spec.serviceAccountName",
	"allowed": accounts,
	"rule": "service-account",
} if {
	service_account != ""
	count(input.parameters.serviceAccounts) > 0
	not service_account in input.parameters.serviceAccounts
}

violation contains {
	"msg": sprintf("%s applies to the cluster of spec.kubeConfig, where the tenant's bounds do not hold", [kind]),
	"field": "spec.kubeConfig",
	"allowed": "no kubeConfig: this cluster",
	"rule": "remote-cluster",
} if {
	input.review.object.spec.kubeConfig
	input.parameters.remoteClusters != true
}

violation contains {
	"msg": sprintf(`%s takes its source from the namespace "%v"`, [kind, namespace]),
	"field": sprintf("%s.namespace", [source.field]),
	"allowed": sprintf("a source in %s", [text.any_of(array.concat([input.review.namespace], input.parameters.sourceNamespaces))]),
	"rule": "source",
} if {
	some source in sources
	namespace := source.reference.namespace
	is_string(namespace)
	not namespace in {input.review.namespace, ""}
	not namespace in input.parameters.sourceNamespaces
}

kind := input.review.kind.kind

service_account := object.get(input.review.object.spec, "serviceAccountName", "")

accounts := "the name of a ServiceAccount of this namespace" if {
	count(input.parameters.serviceAccounts) == 0
} else := text.any_of(input.parameters.serviceAccounts)

# Where sources are named: in a Kustomization; in a HelmRelease that makes its
# chart from a repository; in one that refers to a chart.
sources contains {"field": "spec.sourceRef", "reference": reference} if {
	reference := input.review.object.spec.sourceRef
	is_object(reference)
}

sources contains {"field": "spec.chart.spec.sourceRef", "reference": reference} if {
	reference := input.review.object.spec.chart.spec.sourceRef
	is_object(reference)
}

sources contains {"field": "spec.chartRef", "reference": reference} if {
	reference := input.review.object.spec.chartRef
	is_object(reference)
}
