package service_ports_test

import data.service_ports

request(ports) := {
	"review": {"operation": "CREATE", "kind": {"kind": "Service"}, "object": {"spec": {"ports": ports}}},
	"parameters": {"ports": [{"min": 80, "max": 80}, {"min": 1024, "max": 2000}], "forbidden": [1234], "protocols": ["TCP"], "requireNames": true},
}

test_findings if {
	service_ports.violation == {
		{"msg": "port 81 is outside the allowed ranges", "field": "spec.ports[0].port", "allowed": "1024-2000 or 80-80", "rule": "port"},
		{"msg": "port 1234 is forbidden", "field": "spec.ports[1].port", "allowed": "another port", "rule": "port"},
		{"msg": "port 80 has the protocol UDP", "field": "spec.ports[2].protocol", "allowed": "TCP", "rule": "protocol"},
		{"msg": "port 80 has no name", "field": "spec.ports[2].name", "allowed": "a name such as http, grpc or metrics", "rule": "name"},
	} with input as request([{"name": "a", "port": 81}, {"name": "b", "port": 1234}, {"port": 80, "protocol": "UDP"}])
}

test_a_port_without_a_number if {
	some result in service_ports.violation with input as request([{"name": "a"}])
	result.rule == "port"
}
