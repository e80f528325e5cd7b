# Scratch space is bounded: an emptyDir without sizeLimit fills the node's disk
# for all. A volume that names no source is an emptyDir.
package emptydir_limits

import data.lib.quantity
import data.lib.workloads

violation contains {
	"msg": sprintf(`emptyDir volume "%v" %s`, [object.get(volume, "name", i), problem]),
	"field": workloads.field(input.review, "volumes", i, "emptyDir.sizeLimit"),
	"allowed": sprintf("a sizeLimit of at most %s, or %s in memory", [input.parameters.maxSize, input.parameters.maxMemorySize]),
	"rule": "size",
} if {
	some i, volume in spec.volumes
	dir := scratch(volume)
	is_object(dir)
	most := maximum(dir)
	not within(dir, most)
	problem := problem_with(dir, most)
	is_string(problem)
}

violation contains {
	"msg": sprintf(`emptyDir volume "%v" lies in memory`, [object.get(volume, "name", i)]),
	"field": workloads.field(input.review, "volumes", i, "emptyDir.medium"),
	"allowed": "an emptyDir on disk: no medium",
	"rule": "memory",
} if {
	input.parameters.allowMemory != true
	some i, volume in spec.volumes
	volume.emptyDir.medium == "Memory"
}

spec := workloads.pod_spec(input.review)

scratch(volume) := volume.emptyDir if {
	is_object(volume.emptyDir)
} else := {} if {
	object.keys(volume) - {"emptyDir"} == {"name"}
}

maximum(dir) := input.parameters.maxMemorySize if {
	dir.medium == "Memory"
} else := input.parameters.maxSize

within(dir, most) if quantity.milli(dir.sizeLimit) <= quantity.milli(most)

problem_with(dir, most) := "has no sizeLimit" if {
	object.get(dir, "sizeLimit", null) == null
} else := sprintf("may hold %v, more than %s", [dir.sizeLimit, most]) if {
	quantity.milli(dir.sizeLimit) > quantity.milli(most)
} else := sprintf(`has the sizeLimit "%v", which is no quantity`, [dir.sizeLimit])
