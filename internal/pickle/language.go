package pickle

// Language says which names a kind of pickle may refer to, and what they do.
type Language struct {
	// Holds says in messages what such pickles hold, as in "state dictionaries".
	Holds string
	// Functions may be called, and their names given as values.
	Functions map[Global]Function
	// Names may only be given as values.
	Names map[Global]bool
	// Load makes of a persistent id what it stands for; nil refuses all.
	Load func(id any) (any, error)
}

// Function is what a call of a name of Python's does. Its work beyond the number
// of its arguments has to be taken from the machine by Spend.
type Function func(m *Machine, arguments Tuple) (any, error)

// Builder is a value that takes the state of an object, as Python's __setstate__
// does.
type Builder interface {
	Build(state any) error
}

// allows reports whether a pickle may refer to a name.
func (l *Language) allows(g Global) bool {
	_, isFunction := l.Functions[g]
	return isFunction || l.Names[g]
}
