package progress

// Reporter shows the progress of tasks, of which several may run at once. It may
// be used from several goroutines.
type Reporter interface {
	// Start announces a task of so many steps.
	Start(name string, steps int) Task
}

// Task is work whose progress is shown. Each task is used from one goroutine.
type Task interface {
	// Step says how many of the steps are done. It is cheap enough to be
	// called for each.
	Step(done int)
	// End says that the work has ended, be it before its last step.
	End()
}

// Silent shows nothing.
var Silent Reporter = silent{}

type silent struct{}

func (silent) Start(string, int) Task { return silent{} }
func (silent) Step(int)               {}
func (silent) End()                   {}
