package p

violation[{"msg": msg}] {
  container := input.review.object.spec.containers[_]
  has_disallowed(container)
  msg := sprintf("container <%v> has a disallowed capability", [container.name])
}

violation[{"msg": msg}] {
  container := input.review.object.spec.initContainers[_]
  missing_drop(container)
  msg := sprintf("init container <%v> is not dropping all", [container.name])
}

has_disallowed(container) {
  allowed := {c | c := input.parameters.allowed[_]}
  not allowed["*"]
  capabilities := {c | c := container.securityContext.capabilities.add[_]}
  count(capabilities - allowed) > 0
}

missing_drop(container) {
  must := {c | c := input.parameters.drop[_]}
  all := {"ALL"}
  dropped := {c | c := container.securityContext.capabilities.drop[_]}
  count(must - dropped) > 0
  count(all - dropped) > 0
}
