package simd

// Parallel runs run(0), run(1), … run(tasks-1), in any order and on any number of
// goroutines, and returns when all are done.
type Parallel func(tasks int, run func(task int))

// Sequential is the Parallel of one goroutine: the caller's.
func Sequential(tasks int, run func(task int)) {
	for task := range tasks {
		run(task)
	}
}

// share returns the part-th of parts nearly equal shares of n: from, to.
func share(n, part, parts int) (from, to int) {
	return n * part / parts, n * (part + 1) / parts
}

// ceilDiv is ⌈n/d⌉.
func ceilDiv(n, d int) int { return (n + d - 1) / d }
