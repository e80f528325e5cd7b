# Services offer named ports of the platform's range.
package service_ports

import data.lib.text

violation contains {
	"msg": sprintf("port %v is outside the allowed ranges", [port.number]),
	"field": sprintf("spec.ports[%d].port", [port.index]),
	"allowed": text.any_of([sprintf("%d-%d", [range.min, range.max]) | some range in input.parameters.ports]),
	"rule": "port",
} if {
	some port in ports
	not in_ranges(port.number)
}

violation contains {
	"msg": sprintf("port %v is forbidden", [port.number]),
	"field": sprintf("spec.ports[%d].port", [port.index]),
	"allowed": "another port",
	"rule": "port",
} if {
	some port in ports
	port.number in input.parameters.forbidden
}

violation contains {
	"msg": sprintf("port %v has the protocol %v", [port.number, port.protocol]),
	"field": sprintf("spec.ports[%d].protocol", [port.index]),
	"allowed": text.any_of(input.parameters.protocols),
	"rule": "protocol",
} if {
	some port in ports
	not port.protocol in input.parameters.protocols
}

violation contains {
	"msg": sprintf("port %v has no name", [port.number]),
	"field": sprintf("spec.ports[%d].name", [port.index]),
	"allowed": "a name such as http, grpc or metrics",
	"rule": "name",
} if {
	input.parameters.requireNames == true
	some port in ports
	port.name in {"", null}
}

# The ports to judge, with what the API server fills in.
ports contains {
	"index": i,
	"name": object.get(port, "name", ""),
	"number": object.get(port, "port", 0),
	"protocol": object.get(port, "protocol", "TCP"),
} if {
	not unchanged
	some i, port in input.review.object.spec.ports
}

unchanged if {
	input.review.operation == "UPDATE"
	input.review.oldObject.spec.ports == input.review.object.spec.ports
}

in_ranges(number) if {
	some range in input.parameters.ports
	number >= range.min
	number <= range.max
}
