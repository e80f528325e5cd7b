# CronJobs do not pile up: neither running Jobs nor old ones, nor starts that
# were missed.
package cronjob_bounds

import data.lib.text

violation contains {
	"msg": sprintf("concurrencyPolicy is %s", [policy]),
	"field": "spec.concurrencyPolicy",
	"allowed": text.any_of(input.parameters.concurrencyPolicies),
	"rule": "concurrency",
} if {
	policy := object.get(spec, "concurrencyPolicy", "Allow")
	not policy in input.parameters.concurrencyPolicies
}

violation contains {
	"msg": sprintf("successfulJobsHistoryLimit is %d, more than %d", [kept, input.parameters.maxSuccessfulHistory]),
	"field": "spec.successfulJobsHistoryLimit",
	"allowed": sprintf("at most %d", [input.parameters.maxSuccessfulHistory]),
	"rule": "history",
} if {
	kept := object.get(spec, "successfulJobsHistoryLimit", 3)
	kept > input.parameters.maxSuccessfulHistory
}

violation contains {
	"msg": sprintf("failedJobsHistoryLimit is %d, more than %d", [kept, input.parameters.maxFailedHistory]),
	"field": "spec.failedJobsHistoryLimit",
	"allowed": sprintf("at most %d", [input.parameters.maxFailedHistory]),
	"rule": "history",
} if {
	kept := object.get(spec, "failedJobsHistoryLimit", 1)
	kept > input.parameters.maxFailedHistory
}

violation contains {
	"msg": "without startingDeadlineSeconds a run that was missed may start at any later time, or never again after a hundred",
	"field": "spec.startingDeadlineSeconds",
	"allowed": "the longest delay that still makes sense, at least 10",
	"rule": "starting-deadline",
} if {
	input.parameters.requireStartingDeadline == true
	is_object(spec)
	object.get(spec, "startingDeadlineSeconds", null) == null
}

# The controller looks every ten seconds.
violation contains {
	"msg": sprintf("startingDeadlineSeconds is %d: the controller looks every 10 seconds and may never start it", [spec.startingDeadlineSeconds]),
	"field": "spec.startingDeadlineSeconds",
	"allowed": "at least 10",
	"rule": "starting-deadline",
} if {
	spec.startingDeadlineSeconds < 10
}

spec := object.get(input.review.object, "spec", {}) if not unchanged

unchanged if {
	input.review.operation == "UPDATE"
	input.review.oldObject.spec == input.review.object.spec
}
