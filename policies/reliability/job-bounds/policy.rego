# Jobs give up, end and are cleaned up.
package job_bounds

import data.lib.workloads

violation contains {
	"msg": sprintf("backoffLimit is %d, more than %d", [retries, input.parameters.maxBackoffLimit]),
	"field": field("backoffLimit"),
	"allowed": sprintf("at most %d", [input.parameters.maxBackoffLimit]),
	"rule": "backoff",
} if {
	retries := object.get(job, "backoffLimit", 6)
	retries > input.parameters.maxBackoffLimit
	not job.backoffLimitPerIndex
}

violation contains {
	"msg": problem,
	"field": field("activeDeadlineSeconds"),
	"allowed": sprintf("at most %d", [input.parameters.maxActiveDeadlineSeconds]),
	"rule": "deadline",
} if {
	input.parameters.maxActiveDeadlineSeconds > 0
	is_object(job)
	problem := missing_or_above("activeDeadlineSeconds", input.parameters.maxActiveDeadlineSeconds, "the Job may run for ever")
	is_string(problem)
}

violation contains {
	"msg": problem,
	"field": field("ttlSecondsAfterFinished"),
	"allowed": sprintf("at most %d", [input.parameters.maxTTLSecondsAfterFinished]),
	"rule": "cleanup",
} if {
	input.parameters.maxTTLSecondsAfterFinished > 0
	input.review.kind.kind == "Job"
	is_object(job)
	problem := missing_or_above("ttlSecondsAfterFinished", input.parameters.maxTTLSecondsAfterFinished, "the finished Job is kept for ever")
	is_string(problem)
}

violation contains {
	"msg": sprintf("parallelism is %d, more than %d", [parallelism, input.parameters.maxParallelism]),
	"field": field("parallelism"),
	"allowed": sprintf("at most %d", [input.parameters.maxParallelism]),
	"rule": "parallelism",
} if {
	parallelism := object.get(job, "parallelism", 1)
	parallelism > input.parameters.maxParallelism
}

# The Job to judge. One that a CronJob made, and one whose spec did not change,
# is left alone: finished Jobs and their finalizers must always go.
job := job_in(input.review.object) if {
	not unchanged
	not workloads.generated(input.review)
}

job_in(obj) := obj.spec.jobTemplate.spec if {
	input.review.kind.kind == "CronJob"
} else := obj.spec

unchanged if {
	input.review.operation == "UPDATE"
	job_in(input.review.oldObject) == job_in(input.review.object)
}

missing_or_above(name, most, consequence) := sprintf("%s is %d, more than %d", [name, job[name], most]) if {
	job[name] > most
} else := sprintf("without %s %s", [name, consequence]) if {
	object.get(job, name, null) == null
}

field(name) := concat("", ["spec.jobTemplate.spec.", name]) if {
	input.review.kind.kind == "CronJob"
} else := concat("", ["spec.", name])
