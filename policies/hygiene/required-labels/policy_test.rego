package required_labels_test

import data.required_labels

request(kind, obj, templates) := {
	"review": {"operation": "CREATE", "kind": {"kind": kind}, "object": obj},
	"parameters": {"labels": [{"key": "team", "pattern": "[a-z]+", "example": "shop"}], "podTemplates": templates},
}

test_findings if {
	required_labels.violation == {
		{"msg": "label team is missing", "field": "metadata.labels[team]", "allowed": "team: shop"},
		{"msg": `Pod template label team has the value "1"`, "field": "spec.jobTemplate.spec.template.metadata.labels[team]", "allowed": "team: shop"},
	} with input as request("CronJob", {"metadata": {}, "spec": {"jobTemplate": {"spec": {"template": {"metadata": {"labels": {"team": "1"}}, "spec": {}}}}}}, true)
}

test_labels_that_are_null if {
	count(required_labels.violation) == 1 with input as request("Service", {"metadata": {"labels": null}}, true)
}

test_a_pod_is_judged_once if {
	count(required_labels.violation) == 1 with input as request("Pod", {"metadata": {}, "spec": {}}, true)
}

test_a_service_has_no_template if {
	required_labels.violation == set() with input as request("Service", {"metadata": {"labels": {"team": "a"}}, "spec": {"selector": {}}}, true)
}
