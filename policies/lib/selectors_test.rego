package lib.selectors_test

import data.lib.selectors

labels := {"app": "web", "tier": ""}

test_nothing_and_everything if {
	not selectors.matches(null, labels)
	selectors.matches({}, labels)
	selectors.matches({}, {})
	selectors.matches({"matchLabels": {}, "matchExpressions": []}, labels)
}

test_match_labels if {
	selectors.matches({"matchLabels": {"app": "web"}}, labels)
	selectors.matches({"matchLabels": {"app": "web", "tier": ""}}, labels)
	not selectors.matches({"matchLabels": {"app": "web", "tier": "front"}}, labels)
	not selectors.matches({"matchLabels": {"other": ""}}, labels)
}

expression(key, operator, values) := {"matchExpressions": [{"key": key, "operator": operator, "values": values}]}

test_in if {
	selectors.matches(expression("app", "In", ["api", "web"]), labels)
	not selectors.matches(expression("app", "In", ["api"]), labels)
	not selectors.matches(expression("other", "In", ["api"]), labels)
}

test_not_in_matches_what_is_absent if {
	selectors.matches(expression("app", "NotIn", ["api"]), labels)
	not selectors.matches(expression("app", "NotIn", ["api", "web"]), labels)
	selectors.matches(expression("other", "NotIn", ["api"]), labels)
}

test_exists_with_an_empty_value if {
	selectors.matches({"matchExpressions": [{"key": "tier", "operator": "Exists"}]}, labels)
	not selectors.matches({"matchExpressions": [{"key": "other", "operator": "Exists"}]}, labels)
}

test_does_not_exist if {
	selectors.matches({"matchExpressions": [{"key": "other", "operator": "DoesNotExist"}]}, labels)
	not selectors.matches({"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}, labels)
}

test_unknown_operator_matches_nothing if {
	not selectors.matches({"matchExpressions": [{"key": "app", "operator": "Gt", "values": ["1"]}]}, labels)
}

test_all_must_hold if {
	not selectors.matches({"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}, labels)
}
