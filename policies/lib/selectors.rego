# Label selectors, read as the API server reads them.
package lib.selectors

# Whether a selector matches labels. One that is absent or null matches
# nothing; an empty one matches everything.
matches(selector, labels) if {
	is_object(selector)
	not misses(selector, labels)
}

misses(selector, labels) if {
	some key, value in selector.matchLabels
	object.get(labels, key, null) != value
}

misses(selector, labels) if {
	some requirement in selector.matchExpressions
	not satisfied(requirement, labels)
}

satisfied(requirement, labels) if {
	requirement.operator == "In"
	labels[requirement.key] in requirement.values
}

satisfied(requirement, labels) if {
	requirement.operator == "NotIn"
	not has(labels, requirement.key)
}

satisfied(requirement, labels) if {
	requirement.operator == "NotIn"
	value := labels[requirement.key]
	is_string(value)
	not value in requirement.values
}

satisfied(requirement, labels) if {
	requirement.operator == "Exists"
	has(labels, requirement.key)
}

satisfied(requirement, labels) if {
	requirement.operator == "DoesNotExist"
	not has(labels, requirement.key)
}

# An empty value is a value.
has(labels, key) if is_string(labels[key])
