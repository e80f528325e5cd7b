# Labels or annotations that an object must carry.
package lib.required

# What is wrong with the entries of a map, one problem for each requirement
# {key, pattern, values} that is not met. `what` is label or annotation.
problems(entries, requirements, what) := {problem |
	some requirement in requirements
	problem := problem_with(object.get(entries, requirement.key, ""), requirement, what)
	is_object(problem)
}

problem_with(value, requirement, what) := {
	"key": requirement.key,
	"msg": sprintf("%s %s is missing", [what, requirement.key]),
	"allowed": expectation(requirement),
} if {
	value == ""
} else := {
	"key": requirement.key,
	"msg": sprintf(`%s %s has the value "%v"`, [what, requirement.key, value]),
	"allowed": expectation(requirement),
} if {
	not acceptable(value, requirement)
}

acceptable(_, requirement) if {
	not requirement.values
	not requirement.pattern
}

acceptable(value, requirement) if value in requirement.values

acceptable(value, requirement) if {
	not requirement.values
	matches_whole(requirement.pattern, value)
}

expectation(requirement) := sprintf("%s: %s", [requirement.key, requirement.example]) if {
	requirement.example
} else := sprintf("%s: one of %s", [requirement.key, concat(", ", sort(requirement.values))]) if {
	requirement.values
} else := sprintf("%s: a value that matches %s", [requirement.key, requirement.pattern]) if {
	requirement.pattern
} else := sprintf("%s: any value", [requirement.key])

# Whether a pattern matches a whole value: team-[a-z]+ does not match
# my-team-a!. Handed to regex.match as it is, a pattern is content with a part.
matches_whole(pattern, value) if regex.match(concat("", ["^(?:", pattern, ")$"]), value)

# The labels or annotations in an object's metadata; empty when there are none.
entries(metadata, name) := metadata[name] if {
	is_object(metadata[name])
} else := {}
