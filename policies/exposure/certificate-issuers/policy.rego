# Certificates come from issuers that the platform offers. cert-manager issues
# with the issuer's credentials for whoever names it, so naming it is the right
# to use it.
package certificate_issuers

import data.lib.text

violation contains {
	"msg": sprintf(`the certificate would come from the %s "%s"`, [reference.kind, reference.name]),
	"field": reference.field,
	"allowed": text.any_of([sprintf("%s %s", [issuer.kind, issuer.name]) | some issuer in input.parameters.issuers]),
	"rule": "issuer",
} if {
	some reference in references
	not offered(reference)
}

violation contains {
	"msg": sprintf("an Issuer of the type %s", [type]),
	"field": sprintf("spec.%s", [type]),
	"allowed": text.any_of(input.parameters.ownIssuers),
	"rule": "own-issuer",
} if {
	kind == "Issuer"
	some type in object.keys(spec)
	not type in input.parameters.ownIssuers
}

kind := input.review.kind.kind

spec := object.get(input.review.object, "spec", {}) if not unchanged

annotations := object.get(input.review.object.metadata, "annotations", {}) if not unchanged

unchanged if {
	input.review.operation == "UPDATE"
	input.review.oldObject.spec == input.review.object.spec
	object.get(input.review.oldObject.metadata, "annotations", {}) == object.get(input.review.object.metadata, "annotations", {})
}

references contains {
	"kind": object.get(reference, "kind", "Issuer"),
	"name": object.get(reference, "name", ""),
	"group": object.get(reference, "group", "cert-manager.io"),
	"field": "spec.issuerRef",
} if {
	kind in {"Certificate", "CertificateRequest"}
	reference := object.get(spec, "issuerRef", {})
	is_object(reference)
}

# Annotations on what serves a host ask for a certificate too.
references contains {
	"kind": object.get(annotations, "cert-manager.io/issuer-kind", "ClusterIssuer"),
	"name": name,
	"group": object.get(annotations, "cert-manager.io/issuer-group", "cert-manager.io"),
	"field": "metadata.annotations[cert-manager.io/cluster-issuer]",
} if {
	serves_hosts
	name := annotations["cert-manager.io/cluster-issuer"]
	is_string(name)
}

references contains {
	"kind": object.get(annotations, "cert-manager.io/issuer-kind", "Issuer"),
	"name": name,
	"group": object.get(annotations, "cert-manager.io/issuer-group", "cert-manager.io"),
	"field": "metadata.annotations[cert-manager.io/issuer]",
} if {
	serves_hosts
	name := annotations["cert-manager.io/issuer"]
	is_string(name)
}

serves_hosts if kind in {"Gateway", "Ingress", "ListenerSet"}

offered(reference) if {
	some issuer in input.parameters.issuers
	issuer.kind == reference.kind
	issuer.name in {reference.name, "*"}
	object.get(issuer, "group", "cert-manager.io") == reference.group
}
