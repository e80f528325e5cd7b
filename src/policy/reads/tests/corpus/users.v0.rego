package p

violation[{"msg": msg}] {
  fields := ["runAsUser", "runAsGroup"]
  field := fields[_]
  container := input_containers[_]
  msg := get_type_violation(field, container)
}

get_type_violation(field, container) = msg {
  field == "runAsUser"
  params := input.parameters[field]
  msg := get_user_violation(params, container)
}

get_type_violation(field, container) = msg {
  field != "runAsUser"
  params := input.parameters[field]
  msg := get_violation(field, params.rule, params.ranges, container)
}

get_user_violation(params, container) = msg {
  rule := params.rule
  provided := get_field_value("runAsUser", container, input.review)
  not accept_users(rule, provided)
  msg := sprintf("Container %v is attempting to run as disallowed user %v", [container.name, provided])
}

get_user_violation(params, container) = msg {
  not get_field_value("runAsUser", container, input.review)
  params.rule = "MustRunAs"
  msg := sprintf("Container %v is attempting to run without a user", [container.name])
}

accept_users("RunAsAny", _)

accept_users("MustRunAsNonRoot", provided) = res { res := provided != 0 }

accept_users("MustRunAs", provided) = res {
  ranges := input.parameters.runAsUser.ranges
  res := in_range(provided, ranges)
}

get_violation(field, rule, ranges, container) = msg {
  provided := get_field_value(field, container, input.review)
  rule == "MustRunAs"
  not in_range(provided, ranges)
  msg := sprintf("Container %v with %v %v", [container.name, field, provided])
}

get_field_value(field, container, review) = out {
  value := get_seccontext_field(field, container)
  out := value
}

get_field_value(field, container, review) = out {
  not has_seccontext_field(field, container)
  pod_value := get_seccontext_field(field, review.object.spec)
  out := pod_value
}

has_seccontext_field(field, object) {
  get_seccontext_field(field, object)
}

get_seccontext_field(field, object) = value {
  value := object.securityContext[field]
}

in_range(value, ranges) = res {
  matching := {1 | value >= ranges[j].min; value <= ranges[j].max}
  res := count(matching) > 0
}

input_containers[c] { c := input.review.object.spec.containers[_] }
input_containers[c] { c := input.review.object.spec.initContainers[_] }
