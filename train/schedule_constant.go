package train

func init() { schedules.Register("constant", noArguments(Constant{})) }

// Constant keeps the learning rate as it is.
type Constant struct{}

// Factor is 1.
func (Constant) Factor(int, Clock) float64 { return 1 }

// String is "constant".
func (Constant) String() string { return "constant" }
