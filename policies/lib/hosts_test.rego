package lib.hosts_test

import data.lib.hosts

test_covers_one_label if {
	hosts.covers("shop.example.com", "Shop.Example.com")
	hosts.covers("*.example.com", "shop.example.com")
	not hosts.covers("*.example.com", "a.shop.example.com")
	not hosts.covers("*.example.com", "example.com")
	not hosts.covers("shop.example.com", "example.com")
	not hosts.covers("*", "example.com")
}

test_wildcard_over if {
	hosts.wildcard_over("shop.example.com") == "*.example.com"
	hosts.wildcard_over("*.example.com") == "*.example.com"
	hosts.wildcard_over("shop") == "shop"
}

test_under_any_number_of_labels if {
	hosts.under("*.example.com", "*.example.com")
	hosts.under("*.example.com", "*.a.Example.com")
	hosts.under("*.example.com", "b.a.example.com")
	not hosts.under("*.example.com", "*.myexample.com")
	not hosts.under("*.example.com", "*.com")
	not hosts.under("*.example.com", "example.com")
}
