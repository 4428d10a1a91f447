package weightfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// maxOperations bounds the memory that the pickles of a file take.
const maxOperations = 1 << 20

// What a pickle builds, besides nil, bool, int, float64 and string.
type (
	// wide is an integer of more than 64 bits, as the pickle has it.
	wide  string
	tuple []any
	list  struct{ items []any }
	// dictionary is a dict or an OrderedDict. A key that is set twice is there
	// twice.
	dictionary struct{ entries []entry }
	entry      struct{ key, value any }
	// global is a name in a module of Python's.
	global string
)

var errTruncated = errors.New("it is truncated")

// machine runs a pickle: operations on a stack, with a memo of values to use
// again. It builds values that refer to each other and never walks through them,
// so neither depth nor repeated references cost anything.
type machine struct {
	input []byte
	at    int
	// load makes of a persistent id what it stands for.
	load func(id any) (any, error)

	stack []any
	marks []int // heights of the stack
	memo  map[int]any
	work  int // what may still be done
}

// newMachine is a machine at the start of input. A file of so many bytes may have
// an operation for each four of them: state dictionaries have one for six or more,
// with their numbers.
func newMachine(input []byte, file int, load func(id any) (any, error)) *machine {
	return &machine{input: input, load: load, work: min(maxOperations, 1024+file/4)}
}

// run runs one pickle and returns its value; the input stands behind it then.
func (m *machine) run() (any, error) {
	start := m.at
	m.stack, m.marks, m.memo = nil, nil, make(map[int]any)
	for {
		if err := m.spend(1); err != nil {
			return nil, err
		}
		at := m.at
		code, err := m.take(1)
		if err != nil {
			return nil, fmt.Errorf("pickle at byte %d: %w", start, err)
		}
		if code[0] == opStop {
			value, err := m.pop()
			if err != nil || len(m.stack) > 0 || len(m.marks) > 0 {
				return nil, fmt.Errorf("pickle at byte %d: it does not end with one value", start)
			}
			return value, nil
		}
		step, known := operations[code[0]]
		if !known {
			return nil, fmt.Errorf("pickle at byte %d: operation 0x%02x is not one that state dictionaries need, and is not run", at, code[0])
		}
		if err := step(m); err != nil {
			return nil, fmt.Errorf("pickle at byte %d: %w", at, err)
		}
	}
}

// spend takes from the work that may be done.
func (m *machine) spend(work int) error {
	if work > m.work {
		return errors.New("a pickle has more operations than a state dictionary needs")
	}
	m.work -= work
	return nil
}

// take reads n bytes.
func (m *machine) take(n int) ([]byte, error) {
	if n < 0 || n > len(m.input)-m.at {
		return nil, errTruncated
	}
	m.at += n
	return m.input[m.at-n : m.at], nil
}

// number reads an unsigned little-endian number of so many bytes, at most 8.
func (m *machine) number(bytes int) (int, error) {
	raw, err := m.take(bytes)
	if err != nil {
		return 0, err
	}
	var whole [8]byte
	copy(whole[:], raw)
	n := binary.LittleEndian.Uint64(whole[:])
	if n > math.MaxInt {
		return 0, fmt.Errorf("the number %d is too large", n)
	}
	return int(n), nil
}

// line reads up to a line's end.
func (m *machine) line() (string, error) {
	for i := m.at; i < len(m.input); i++ {
		if m.input[i] == '\n' {
			text := string(m.input[m.at:i])
			m.at = i + 1
			return text, nil
		}
	}
	return "", errTruncated
}

func (m *machine) push(value any) { m.stack = append(m.stack, value) }

// floor is the height of the stack above which values belong to no open mark.
func (m *machine) floor() int {
	if len(m.marks) == 0 {
		return 0
	}
	return m.marks[len(m.marks)-1]
}

func (m *machine) pop() (any, error) {
	values, err := m.popN(1)
	if err != nil {
		return nil, err
	}
	return values[0], nil
}

// popN takes the uppermost n values off the stack. They are valid until the next
// push.
func (m *machine) popN(n int) ([]any, error) {
	height := len(m.stack) - n
	if height < m.floor() {
		return nil, errors.New("the stack has too few values")
	}
	values := m.stack[height:]
	m.stack = m.stack[:height]
	return values, nil
}

// popMark takes the values above the last mark.
func (m *machine) popMark() ([]any, error) {
	if len(m.marks) == 0 {
		return nil, errors.New("there is no mark")
	}
	values := m.stack[m.floor():]
	m.stack = m.stack[:m.floor()]
	m.marks = m.marks[:len(m.marks)-1]
	return values, nil
}

// top is the uppermost value, which must be of a type.
func top[T any](m *machine) (value T, err error) {
	if len(m.stack) <= m.floor() {
		return value, errors.New("the stack has too few values")
	}
	value, ok := m.stack[len(m.stack)-1].(T)
	if !ok {
		return value, fmt.Errorf("the operation does not fit %s", describe(m.stack[len(m.stack)-1]))
	}
	return value, nil
}

// describe names a value in messages.
func describe(value any) string {
	switch value := value.(type) {
	case nil:
		return "None"
	case global:
		return string(value)
	case tuple:
		return fmt.Sprintf("a tuple of %d", len(value))
	case *list:
		return "a list"
	case *dictionary:
		return "a dictionary"
	case string:
		return fmt.Sprintf("%.60q", value)
	case *storage:
		return "a storage"
	case Tensor:
		return "a tensor"
	default:
		return fmt.Sprintf("a %T", value)
	}
}
