package experiments

// UsageError says that what was asked for does not exist or makes no sense, such
// as an unknown experiment or a bad value of a hyper-parameter. It is one line.
type UsageError struct{ Message string }

// Error is the message.
func (e *UsageError) Error() string { return e.Message }

// Usage marks the error as the caller's, not the run's.
func (e *UsageError) Usage() {}
