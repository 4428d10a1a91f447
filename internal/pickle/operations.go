package pickle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// opStop ends a pickle.
const opStop = '.'

// operations are those of Python's pickletools that put values together, protocols
// 2 to 5. None of them reaches anything outside the machine.
var operations = map[byte]func(*Machine) error{
	0x80: (*Machine).protocol,
	0x95: (*Machine).frame,
	'(':  (*Machine).mark,

	'N':  constant(nil),
	0x88: constant(true),
	0x89: constant(false),
	'J':  (*Machine).signed,
	'K':  unsigned(1),
	'M':  unsigned(2),
	0x8a: (*Machine).long,
	'G':  (*Machine).float,
	'X':  text(4),
	0x8c: text(1),
	0x8d: text(8),
	'T':  raw[string](4), // str of Python 2
	'U':  raw[string](1),
	'B':  raw[Bytes](4),
	'C':  raw[Bytes](1),
	0x8e: raw[Bytes](8),

	')':  constant(Tuple{}),
	't':  (*Machine).tuple,
	0x85: tupleOf(1),
	0x86: tupleOf(2),
	0x87: tupleOf(3),
	']':  (*Machine).emptyList,
	'a':  (*Machine).appendOne,
	'e':  (*Machine).appendAll,
	'}':  (*Machine).emptyDictionary,
	's':  (*Machine).setOne,
	'u':  (*Machine).setAll,

	'h':  recall(1),
	'j':  recall(4),
	'q':  memorise(1),
	'r':  memorise(4),
	0x94: (*Machine).memoriseNext,

	'c':  (*Machine).global,
	0x93: (*Machine).stackGlobal,
	'Q':  (*Machine).persistent,
	'R':  (*Machine).reduce,
	0x81: (*Machine).reduce, // a new object of a class is a call of the class
	'b':  (*Machine).build,
}

func (m *Machine) protocol() error {
	version, err := m.number(1)
	if err == nil && (version < 2 || version > 5) {
		return fmt.Errorf("protocol %d; it must be from 2 to 5", version)
	}
	return err
}

// frame skips a length that only helps a reader to buffer.
func (m *Machine) frame() error {
	_, err := m.take(8)
	return err
}

func (m *Machine) mark() error {
	m.marks = append(m.marks, len(m.stack))
	return nil
}

func constant(value any) func(*Machine) error {
	return func(m *Machine) error {
		m.push(value)
		return nil
	}
}

func (m *Machine) signed() error {
	raw, err := m.take(4)
	if err != nil {
		return err
	}
	m.push(int(int32(binary.LittleEndian.Uint32(raw))))
	return nil
}

func unsigned(bytes int) func(*Machine) error {
	return func(m *Machine) error {
		n, err := m.number(bytes)
		m.push(n)
		return err
	}
}

// long reads an integer in two's complement of any length up to 255 bytes.
func (m *Machine) long() error {
	length, err := m.number(1)
	if err != nil {
		return err
	}
	raw, err := m.take(length)
	if err != nil {
		return err
	}
	if length > 8 {
		m.push(Wide(raw))
		return nil
	}
	var n int64
	for i, b := range raw {
		n |= int64(b) << (8 * i)
	}
	if length > 0 && length < 8 && raw[length-1] >= 0x80 {
		n -= 1 << (8 * length)
	}
	m.push(int(n))
	return nil
}

func (m *Machine) float() error {
	raw, err := m.take(8)
	if err != nil {
		return err
	}
	m.push(math.Float64frombits(binary.BigEndian.Uint64(raw)))
	return nil
}

// raw reads any bytes, after their length as a number of 1, 4 or 8 bytes.
func raw[T ~string](bytes int) func(*Machine) error {
	return func(m *Machine) error {
		content, err := m.counted(bytes)
		m.push(T(content))
		return err
	}
}

// text reads a string in UTF-8, after its length as a number of 1, 4 or 8 bytes.
func text(bytes int) func(*Machine) error {
	return func(m *Machine) error {
		content, err := m.counted(bytes)
		if err != nil {
			return err
		}
		if !utf8.Valid(content) {
			return errors.New("a string that is not UTF-8")
		}
		m.push(string(content))
		return nil
	}
}

// counted reads a length, a number of 1, 4 or 8 bytes, and as many bytes after it.
func (m *Machine) counted(bytes int) ([]byte, error) {
	length, err := m.number(bytes)
	if err != nil {
		return nil, err
	}
	return m.take(length)
}

func (m *Machine) tuple() error {
	values, err := m.popMark()
	if err != nil {
		return err
	}
	m.push(Tuple(slices.Clone(values)))
	return nil
}

func tupleOf(n int) func(*Machine) error {
	return func(m *Machine) error {
		values, err := m.popN(n)
		if err != nil {
			return err
		}
		m.push(Tuple(slices.Clone(values)))
		return nil
	}
}

func (m *Machine) emptyList() error {
	m.push(new(List))
	return nil
}

func (m *Machine) appendOne() error {
	value, err := m.pop()
	if err != nil {
		return err
	}
	return m.extend([]any{value})
}

func (m *Machine) appendAll() error {
	values, err := m.popMark()
	if err != nil {
		return err
	}
	return m.extend(values)
}

// extend appends to the list on the stack.
func (m *Machine) extend(values []any) error {
	l, err := top[*List](m)
	if err != nil {
		return err
	}
	l.Items = append(l.Items, values...)
	return nil
}

func (m *Machine) emptyDictionary() error {
	m.push(new(Dictionary))
	return nil
}

func (m *Machine) setOne() error {
	pair, err := m.popN(2)
	if err != nil {
		return err
	}
	return m.set(pair)
}

func (m *Machine) setAll() error {
	pairs, err := m.popMark()
	if err != nil {
		return err
	}
	return m.set(pairs)
}

// set adds pairs, keys and values in turn, to the dictionary on the stack.
func (m *Machine) set(pairs []any) error {
	d, err := top[*Dictionary](m)
	if err != nil {
		return err
	}
	if len(pairs)%2 != 0 {
		return errors.New("a key without a value")
	}
	for i := 0; i < len(pairs); i += 2 {
		d.Entries = append(d.Entries, Entry{pairs[i], pairs[i+1]})
	}
	return nil
}

func recall(bytes int) func(*Machine) error {
	return func(m *Machine) error {
		index, err := m.number(bytes)
		if err != nil {
			return err
		}
		value, ok := m.memo[index]
		if !ok {
			return fmt.Errorf("the memo has no entry %d", index)
		}
		m.push(value)
		return nil
	}
}

func memorise(bytes int) func(*Machine) error {
	return func(m *Machine) error {
		index, err := m.number(bytes)
		if err != nil {
			return err
		}
		return m.keep(index)
	}
}

func (m *Machine) memoriseNext() error { return m.keep(len(m.memo)) }

// keep puts the value on the stack into the memo.
func (m *Machine) keep(index int) error {
	value, err := top[any](m)
	if err != nil {
		return err
	}
	m.memo[index] = value
	return nil
}

func (m *Machine) global() error {
	module, err := m.line()
	if err != nil {
		return err
	}
	name, err := m.line()
	if err != nil {
		return err
	}
	return m.refer(module, name)
}

func (m *Machine) stackGlobal() error {
	names, err := m.popN(2)
	if err != nil {
		return err
	}
	module, ok := names[0].(string)
	name, okay := names[1].(string)
	if !ok || !okay {
		return errors.New("a global whose name is not a string")
	}
	return m.refer(module, name)
}

// refer pushes a global if it is one of those that are allowed.
func (m *Machine) refer(module, name string) error {
	g := Global(module + "." + name)
	if !m.language.allows(g) {
		return fmt.Errorf("it refers to %.100q, which %s do not need, and is not loaded", string(g), m.language.Holds)
	}
	m.push(g)
	return nil
}

func (m *Machine) persistent() error {
	id, err := m.pop()
	if err != nil {
		return err
	}
	if m.language.Load == nil {
		return errors.New("a persistent id, which stands for something outside the file")
	}
	value, err := m.language.Load(id)
	m.push(value)
	return err
}

// reduce calls a function of those that are allowed.
func (m *Machine) reduce() error {
	values, err := m.popN(2)
	if err != nil {
		return err
	}
	g, ok := values[0].(Global)
	arguments, okay := values[1].(Tuple)
	if !ok || !okay {
		return fmt.Errorf("a call of %s, which is not run", Describe(values[0]))
	}
	call, ok := m.language.Functions[g]
	if !ok {
		return fmt.Errorf("a call of %s, which is not run", g)
	}
	value, err := call(m, arguments)
	if err != nil {
		return fmt.Errorf("%s: %w", g, err)
	}
	m.push(value)
	return nil
}

// build hands an object its state.
func (m *Machine) build() error {
	state, err := m.pop()
	if err != nil {
		return err
	}
	object, err := top[Builder](m)
	if err != nil {
		return err
	}
	return object.Build(state)
}
