# Objects that make a powerful controller act beyond the tenant's rights are
# left to the platform. The kinds are those of the match: to add one, add it
# there; what it would do is told here.
package operator_kinds

violation contains {
	"msg": sprintf("%s of %s %s", [kind, group, effect]),
	"field": "kind",
	"allowed": "an object of this kind written by the platform team, or the kind in this policy's parameter allowed",
} if {
	not allowed
}

group := input.review.kind.group

kind := input.review.kind.kind

allowed if {
	some entry in input.parameters.allowed
	entry.group == group
	entry.kind in {kind, "*"}
}

effect := object.get(
	{
		"argoproj.io": "makes Argo CD apply manifests with its own rights",
		"cilium.io": "redirects traffic on the node, past network policies",
		"helm.crossplane.io": "makes Crossplane apply charts with its own rights",
		"kmm.sigs.x-k8s.io": "loads kernel modules on nodes",
		"kubernetes.crossplane.io": "makes Crossplane apply manifests with its own rights",
		"machineconfiguration.openshift.io": "rewrites the configuration of nodes",
		"nfd.k8s-sigs.io": "sets labels, annotations and taints on nodes",
		"nfd.openshift.io": "sets labels, annotations and taints on nodes",
		"operators.coreos.com": "installs operators with rights in the whole cluster",
		"pkg.crossplane.io": "installs controllers with rights in the whole cluster",
		"snapshot.storage.k8s.io": "names data of any tenant by its storage handle",
	},
	group, "makes a controller act with its own rights",
)
