# Services offer named ports of the platform's range.
package service_ports

import data.lib.text

violation contains {
	"msg": sprintf("port %v is outside the allowed ranges", [port.port]),
	"field": sprintf("spec.ports[%d].port", [i]),
	"allowed": text.any_of([sprintf("%d-%d", [range.min, range.max]) | some range in input.parameters.ports]),
	"rule": "port",
} if {
	some i, port in ports
	not in_ranges(port.port)
}

violation contains {
	"msg": sprintf("port %v is forbidden", [port.port]),
	"field": sprintf("spec.ports[%d].port", [i]),
	"allowed": "another port",
	"rule": "port",
} if {
	some i, port in ports
	port.port in input.parameters.forbidden
}

violation contains {
	"msg": sprintf("port %v has the protocol %s", [port.port, protocol]),
	"field": sprintf("spec.ports[%d].protocol", [i]),
	"allowed": text.any_of(input.parameters.protocols),
	"rule": "protocol",
} if {
	some i, port in ports
	protocol := object.get(port, "protocol", "TCP")
	not protocol in input.parameters.protocols
}

violation contains {
	"msg": sprintf("port %v has no name", [port.port]),
	"field": sprintf("spec.ports[%d].name", [i]),
	"allowed": "a name such as http, grpc or metrics",
	"rule": "name",
} if {
	input.parameters.requireNames == true
	some i, port in ports
	object.get(port, "name", "") in {"", null}
}

ports := input.review.object.spec.ports if not unchanged

unchanged if {
	input.review.operation == "UPDATE"
	input.review.oldObject.spec.ports == input.review.object.spec.ports
}

in_ranges(number) if {
	some range in input.parameters.ports
	number >= range.min
	number <= range.max
}
