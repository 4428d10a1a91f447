package pickle

// Language says which names a kind of pickle may refer to, and what they do.
type Language struct {
	// Holds names in messages what such pickles hold, such as "state dictionaries".
	Holds string
	// Functions may be called, and their names may be values.
	Functions map[Global]Function
	// Names may only be values.
	Names map[Global]bool
	// Load returns the value that a persistent id stands for; nil refuses all.
	Load func(id any) (any, error)
}

// Function does what Python would do when the pickle calls a name. If its work is not
// bounded by the number of its arguments, it has to call Spend for it first.
type Function func(m *Machine, arguments Tuple) (any, error)

// Builder is a value under construction that is given its state later, as Python objects
// are by __setstate__.
type Builder interface {
	Build(state any) error
}

// allows reports whether a pickle may refer to a name.
func (l *Language) allows(g Global) bool {
	_, isFunction := l.Functions[g]
	return isFunction || l.Names[g]
}
