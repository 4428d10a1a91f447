package cpu

import "time"

// rest is twice as long as workers look for more to do before they sleep (patience), on
// cores that the next program needs.
const rest = time.Millisecond

// Rested returns how long a call takes that is made after a rest and one more such call,
// so that it finds the workers of other programs asleep, its own awake and its values in
// the caches. Programs that are timed in turn would slow each other down otherwise.
func Rested(call func() error) (time.Duration, error) {
	time.Sleep(rest)
	if err := call(); err != nil {
		return 0, err
	}
	start := time.Now()
	err := call()
	return time.Since(start), err
}
