# Sentences.
package lib.text

# "a", "a or b", "a, b or c"; "nothing" for an empty list. In order, each once.
any_of(words) := "nothing" if {
	count(words) == 0
} else := sorted[0] if {
	sorted := sort({word | some word in words})
	count(sorted) == 1
} else := concat(" or ", [concat(", ", array.slice(sorted, 0, count(sorted) - 1)), sorted[count(sorted) - 1]]) if {
	sorted := sort({word | some word in words})
}
