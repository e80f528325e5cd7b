//go:build ignore

// The guard alone, for control planes whose programs come from elsewhere:
// go build -o guard guard.go guard_only.go
package main

import "os"

func main() { guard(os.Args[1:]) }
