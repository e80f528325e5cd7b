package cronjob_bounds_test

import data.cronjob_bounds

request(spec) := {
	"review": {"operation": "CREATE", "kind": {"kind": "CronJob"}, "object": {"spec": spec}},
	"parameters": {"concurrencyPolicies": ["Replace", "Forbid"], "maxSuccessfulHistory": 3, "maxFailedHistory": 3, "requireStartingDeadline": false},
}

test_finding if {
	cronjob_bounds.violation == {{
		"msg": "concurrencyPolicy is Allow",
		"field": "spec.concurrencyPolicy",
		"allowed": "Forbid or Replace",
		"rule": "concurrency",
	}} with input as request({})
}

test_ten_seconds_are_enough if {
	cronjob_bounds.violation == set() with input as request({"concurrencyPolicy": "Forbid", "startingDeadlineSeconds": 10})
	count(cronjob_bounds.violation) == 1 with input as request({"concurrencyPolicy": "Forbid", "startingDeadlineSeconds": 9})
}
