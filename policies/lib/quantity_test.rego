package lib.quantity_test

import data.lib.quantity

test_milli if {
	expected := {
		"0": 0, "1": 1000, "500m": 500, "0.1": 100, ".5": 500, "1.5": 1500, "1k": 1000000, "1Ki": 1024000,
		"1.5Gi": 1610612736000, "1M": 1000000000, "1e3": 1000000, "1E3": 1000000, "2E-1": 200, "+2": 2000,
		"-1": -1000, "1500u": 2, "100n": 1, "1E": 1000000000000000000000,
	}
	every written, value in expected {
		quantity.milli(written) == value
	}
}

test_milli_of_numbers if {
	quantity.milli(2) == 2000
	quantity.milli(0.25) == 250
}

test_milli_is_exact_where_floats_are_not if {
	quantity.milli("300m") * 3 == quantity.milli("900m")
	quantity.milli("0.7") == quantity.milli("0.1") * 7
}

test_milli_of_what_is_no_quantity if {
	every written in ["", " ", "m", "Ki", "1K", "1KI", "1ki", "10MB", "1 Gi", "1e", "e3", "1..2", "1,5", "0x10", "abc", "1Gi2", "--1", "1e1000"] {
		not quantity.milli(written)
	}
}

test_milli_of_other_types if {
	not quantity.milli(null)
	not quantity.milli(true)
	not quantity.milli(["1"])
}

test_is_positive if {
	every amount in ["1", "500m", "128Mi", "0.1", ".5", "1e3", "01", "100n", 1, 0.25] {
		quantity.is_positive(amount)
	}
	every amount in ["", "0", "0m", "0Gi", "-1", "0.0", "1MB", "1 ", "x", 0, -1, null, true] {
		not quantity.is_positive(amount)
	}
}
