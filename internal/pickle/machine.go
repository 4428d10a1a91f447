package pickle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

var errTruncated = errors.New("it is truncated")

// Machine runs pickles: operations on a stack, with a memo of values to use again.
type Machine struct {
	input    []byte
	at       int
	language Language

	stack []any
	marks []int // heights of the stack at the open marks
	memo  map[int]any
	work  int // operations that may still be run
}

// NewMachine returns a machine at the start of input. It runs at most that many
// operations, and takes about a hundred bytes of memory for each at most.
func NewMachine(input []byte, language Language, operations int) *Machine {
	return &Machine{input: input, language: language, work: operations}
}

// Rest is the input after the pickles that were run.
func (m *Machine) Rest() []byte { return m.input[m.at:] }

// Run runs one pickle and returns its value; the next call runs the pickle after it. An
// error says at which byte of the input it arose.
func (m *Machine) Run() (any, error) {
	start := m.at
	m.stack, m.marks, m.memo = nil, nil, make(map[int]any)
	for {
		if err := m.Spend(1); err != nil {
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
			return nil, fmt.Errorf("pickle at byte %d: operation 0x%02x is not one that %s need, and is not run", at, code[0], m.language.Holds)
		}
		if err := step(m); err != nil {
			return nil, fmt.Errorf("pickle at byte %d: %w", at, err)
		}
	}
}

// Spend counts work as that many operations, and is an error if they are more than may
// still be run.
func (m *Machine) Spend(work int) error {
	if work > m.work {
		return fmt.Errorf("a pickle has more operations than %s need", m.language.Holds)
	}
	m.work -= work
	return nil
}

// take reads n bytes.
func (m *Machine) take(n int) ([]byte, error) {
	if n < 0 || n > len(m.input)-m.at {
		return nil, errTruncated
	}
	m.at += n
	return m.input[m.at-n : m.at], nil
}

// number reads an unsigned little-endian number of 1 to 8 bytes.
func (m *Machine) number(bytes int) (int, error) {
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
func (m *Machine) line() (string, error) {
	for i := m.at; i < len(m.input); i++ {
		if m.input[i] == '\n' {
			text := string(m.input[m.at:i])
			m.at = i + 1
			return text, nil
		}
	}
	return "", errTruncated
}

func (m *Machine) push(value any) { m.stack = append(m.stack, value) }

// floor is the height of the stack above which values belong to no open mark.
func (m *Machine) floor() int {
	if len(m.marks) == 0 {
		return 0
	}
	return m.marks[len(m.marks)-1]
}

func (m *Machine) pop() (any, error) {
	values, err := m.popN(1)
	if err != nil {
		return nil, err
	}
	return values[0], nil
}

// popN takes the uppermost n values off the stack. They are valid until the next
// push.
func (m *Machine) popN(n int) ([]any, error) {
	height := len(m.stack) - n
	if height < m.floor() {
		return nil, errors.New("the stack has too few values")
	}
	values := m.stack[height:]
	m.stack = m.stack[:height]
	return values, nil
}

// popMark takes the values above the last mark.
func (m *Machine) popMark() ([]any, error) {
	if len(m.marks) == 0 {
		return nil, errors.New("there is no mark")
	}
	values := m.stack[m.floor():]
	m.stack = m.stack[:m.floor()]
	m.marks = m.marks[:len(m.marks)-1]
	return values, nil
}

// top is the uppermost value, which must be of type T.
func top[T any](m *Machine) (value T, err error) {
	if len(m.stack) <= m.floor() {
		return value, errors.New("the stack has too few values")
	}
	value, ok := m.stack[len(m.stack)-1].(T)
	if !ok {
		return value, fmt.Errorf("the operation does not fit %s", Describe(m.stack[len(m.stack)-1]))
	}
	return value, nil
}
