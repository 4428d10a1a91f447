//go:build race

package cpu

// raceEnabled says that the race detector runs, with its checks of pointers.
const raceEnabled = true
