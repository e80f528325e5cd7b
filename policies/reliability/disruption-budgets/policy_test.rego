package disruption_budgets_test

import data.disruption_budgets

request(spec) := {
	"review": {"operation": "CREATE", "kind": {"kind": "PodDisruptionBudget"}, "object": {"spec": spec}},
	"parameters": {"allowEmptySelector": false, "requireAlwaysAllow": false},
}

test_finding if {
	disruption_budgets.violation == {{
		"msg": "maxUnavailable is 0%: no Pod may ever be evicted",
		"field": "spec.maxUnavailable",
		"allowed": "at least 1, or a percentage above 0%",
		"rule": "never",
	}} with input as request({"maxUnavailable": "0%", "selector": {"matchLabels": {"a": "b"}}})
}

test_null_is_no_selector if {
	some result in disruption_budgets.violation with input as request({"maxUnavailable": 1, "selector": null})
	result.msg == "without a selector the budget covers no Pod"
}

test_empty_parts_are_an_empty_selector if {
	count(disruption_budgets.violation) == 1 with input as request({"maxUnavailable": 1, "selector": {"matchLabels": {}, "matchExpressions": []}})
}

test_a_budget_without_spec_covers_nothing if {
	count(disruption_budgets.violation) == 1 with input as {"review": {"operation": "CREATE", "object": {}}, "parameters": {"allowEmptySelector": false, "requireAlwaysAllow": false}}
}
