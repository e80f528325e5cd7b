package lib.required_test

import data.lib.required

test_missing_and_empty if {
	required.problems({"b": ""}, [{"key": "a"}, {"key": "b"}], "label") == {
		{"key": "a", "msg": "label a is missing", "allowed": "a: any value"},
		{"key": "b", "msg": "label b is missing", "allowed": "b: any value"},
	}
}

test_there if required.problems({"a": "x"}, [{"key": "a"}], "label") == set()

test_values if {
	required.problems({"a": "x"}, [{"key": "a", "values": ["x", "y"]}], "label") == set()
	required.problems({"a": "z"}, [{"key": "a", "values": ["y", "x"]}], "label") == {{
		"key": "a",
		"msg": "label a has the value \"z\"",
		"allowed": "a: one of x, y",
	}}
}

test_pattern_is_for_the_whole_value if {
	every value in ["team-a", "team-b"] {
		required.problems({"a": value}, [{"key": "a", "pattern": "team-a|team-b"}], "label") == set()
	}
	every value in ["team-ab", "my-team-a", "team-a\n", "TEAM-A"] {
		count(required.problems({"a": value}, [{"key": "a", "pattern": "team-a|team-b"}], "label")) == 1
	}
}

test_example_is_what_would_pass if {
	required.problems({}, [{"key": "a", "pattern": "[a-z]+", "example": "shop"}], "annotation") == {{
		"key": "a",
		"msg": "annotation a is missing",
		"allowed": "a: shop",
	}}
}

test_entries if {
	required.entries({"labels": {"a": "b"}}, "labels") == {"a": "b"}
	required.entries({"labels": null}, "labels") == {}
	required.entries({}, "labels") == {}
}
