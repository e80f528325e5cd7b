package lib.text_test

import data.lib.text

test_any_of if {
	text.any_of([]) == "nothing"
	text.any_of(["a"]) == "a"
	text.any_of(["b", "a"]) == "a or b"
	text.any_of(["c", "a", "b"]) == "a, b or c"
	text.any_of({"b", "a"}) == "a or b"
	text.any_of(["a", "a"]) == "a"
}
