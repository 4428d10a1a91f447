package pickle

import "fmt"

// The types of values that a pickle builds, besides nil, bool, int, float64 and string.
// A str of Python 2 is a string, too; its bytes need not be UTF-8.
type (
	// Bytes is a bytes of Python 3.
	Bytes string
	// Wide is an integer of more than 64 bits: little-endian, in two's complement.
	Wide string
	// Tuple is a tuple.
	Tuple []any
	// List is a list.
	List struct{ Items []any }
	// Dictionary is a dict of any kind, in the order in which keys were set. A key that
	// is set twice has two entries.
	Dictionary struct{ Entries []Entry }
	// Entry is a key of a Dictionary and its value.
	Entry struct{ Key, Value any }
	// Global is the full name of something in a Python module, such as "numpy.dtype".
	Global string
)

// Build drops the attributes of a dictionary: PyTorch keeps the versions of its modules
// there, which nobody needs.
func (*Dictionary) Build(any) error { return nil }

// Describe names a value in messages.
func Describe(value any) string {
	switch value := value.(type) {
	case nil:
		return "None"
	case Global:
		return string(value)
	case Tuple:
		return fmt.Sprintf("a tuple of %d", len(value))
	case *List:
		return "a list"
	case *Dictionary:
		return "a dictionary"
	case string:
		return fmt.Sprintf("%.60q", value)
	default:
		return fmt.Sprintf("a %T", value)
	}
}
