package job_bounds_test

import data.job_bounds

parameters := {"maxBackoffLimit": 6, "maxActiveDeadlineSeconds": 100, "maxTTLSecondsAfterFinished": 100, "maxParallelism": 2}

request(kind, spec) := {"review": {"operation": "CREATE", "kind": {"kind": kind}, "object": {"spec": spec}}, "parameters": parameters}

test_findings if {
	job_bounds.violation == {
		{"msg": "backoffLimit is 7, more than 6", "field": "spec.backoffLimit", "allowed": "at most 6", "rule": "backoff"},
		{"msg": "activeDeadlineSeconds is 101, more than 100", "field": "spec.activeDeadlineSeconds", "allowed": "at most 100", "rule": "deadline"},
		{"msg": "without ttlSecondsAfterFinished the finished Job is kept for ever", "field": "spec.ttlSecondsAfterFinished", "allowed": "at most 100", "rule": "cleanup"},
		{"msg": "parallelism is 3, more than 2", "field": "spec.parallelism", "allowed": "at most 2", "rule": "parallelism"},
	} with input as request("Job", {"backoffLimit": 7, "activeDeadlineSeconds": 101, "parallelism": 3})
}

test_path_in_a_cronjob if {
	some result in job_bounds.violation with input as request("CronJob", {"jobTemplate": {"spec": {}}})
	result.field == "spec.jobTemplate.spec.activeDeadlineSeconds"
}

test_null_is_absent if {
	count(job_bounds.violation) == 2 with input as request("Job", {"activeDeadlineSeconds": null, "ttlSecondsAfterFinished": null})
}
