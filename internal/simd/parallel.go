package simd

// Parallel calls run(0), run(1), … run(tasks-1), in any order and on any number of
// goroutines, and returns when all calls have returned.
type Parallel func(tasks int, run func(task int))

// Sequential is a Parallel that runs all tasks in order on the caller's goroutine.
func Sequential(tasks int, run func(task int)) {
	for task := range tasks {
		run(task)
	}
}

// share returns one of parts nearly equal shares of n: from to below to.
func share(n, part, parts int) (from, to int) {
	return n * part / parts, n * (part + 1) / parts
}

// ceilDiv is ⌈n/d⌉.
func ceilDiv(n, d int) int { return (n + d - 1) / d }
