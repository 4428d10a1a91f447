package weightfile

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

// operations are those of Python's pickletools that a state dictionary is made of,
// protocols 2 to 5. None of them reaches anything outside the machine.
var operations = map[byte]func(*machine) error{
	0x80: (*machine).protocol,
	0x95: (*machine).frame,
	'(':  (*machine).mark,

	'N':  constant(nil),
	0x88: constant(true),
	0x89: constant(false),
	'J':  (*machine).signed,
	'K':  unsigned(1),
	'M':  unsigned(2),
	0x8a: (*machine).long,
	'G':  (*machine).float,
	'X':  text(4),
	0x8c: text(1),
	0x8d: text(8),
	'T':  text(4), // str of Python 2
	'U':  text(1),

	')':  constant(tuple{}),
	't':  (*machine).tuple,
	0x85: tupleOf(1),
	0x86: tupleOf(2),
	0x87: tupleOf(3),
	']':  (*machine).emptyList,
	'a':  (*machine).appendOne,
	'e':  (*machine).appendAll,
	'}':  (*machine).emptyDictionary,
	's':  (*machine).setOne,
	'u':  (*machine).setAll,

	'h':  recall(1),
	'j':  recall(4),
	'q':  memorise(1),
	'r':  memorise(4),
	0x94: (*machine).memoriseNext,

	'c':  (*machine).global,
	0x93: (*machine).stackGlobal,
	'Q':  (*machine).persistent,
	'R':  (*machine).reduce,
	'b':  (*machine).build,
}

func (m *machine) protocol() error {
	version, err := m.number(1)
	if err == nil && (version < 2 || version > 5) {
		return fmt.Errorf("protocol %d; it must be from 2 to 5", version)
	}
	return err
}

// frame skips a length that only helps a reader to buffer.
func (m *machine) frame() error {
	_, err := m.take(8)
	return err
}

func (m *machine) mark() error {
	m.marks = append(m.marks, len(m.stack))
	return nil
}

func constant(value any) func(*machine) error {
	return func(m *machine) error {
		m.push(value)
		return nil
	}
}

func (m *machine) signed() error {
	raw, err := m.take(4)
	if err != nil {
		return err
	}
	m.push(int(int32(binary.LittleEndian.Uint32(raw))))
	return nil
}

func unsigned(bytes int) func(*machine) error {
	return func(m *machine) error {
		n, err := m.number(bytes)
		m.push(n)
		return err
	}
}

// long reads an integer in two's complement of any length up to 255 bytes.
func (m *machine) long() error {
	length, err := m.number(1)
	if err != nil {
		return err
	}
	raw, err := m.take(length)
	if err != nil {
		return err
	}
	if length > 8 {
		m.push(wide(raw))
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

func (m *machine) float() error {
	raw, err := m.take(8)
	if err != nil {
		return err
	}
	m.push(math.Float64frombits(binary.BigEndian.Uint64(raw)))
	return nil
}

// text reads a string behind a length of so many bytes.
func text(bytes int) func(*machine) error {
	return func(m *machine) error {
		length, err := m.number(bytes)
		if err != nil {
			return err
		}
		raw, err := m.take(length)
		if err != nil {
			return err
		}
		if !utf8.Valid(raw) {
			return errors.New("a string that is not UTF-8")
		}
		m.push(string(raw))
		return nil
	}
}

func (m *machine) tuple() error {
	values, err := m.popMark()
	if err != nil {
		return err
	}
	m.push(tuple(slices.Clone(values)))
	return nil
}

func tupleOf(n int) func(*machine) error {
	return func(m *machine) error {
		values, err := m.popN(n)
		if err != nil {
			return err
		}
		m.push(tuple(slices.Clone(values)))
		return nil
	}
}

func (m *machine) emptyList() error {
	m.push(new(list))
	return nil
}

func (m *machine) appendOne() error {
	value, err := m.pop()
	if err != nil {
		return err
	}
	return m.extend([]any{value})
}

func (m *machine) appendAll() error {
	values, err := m.popMark()
	if err != nil {
		return err
	}
	return m.extend(values)
}

// extend appends to the list on the stack.
func (m *machine) extend(values []any) error {
	l, err := top[*list](m)
	if err != nil {
		return err
	}
	l.items = append(l.items, values...)
	return nil
}

func (m *machine) emptyDictionary() error {
	m.push(new(dictionary))
	return nil
}

func (m *machine) setOne() error {
	pair, err := m.popN(2)
	if err != nil {
		return err
	}
	return m.set(pair)
}

func (m *machine) setAll() error {
	pairs, err := m.popMark()
	if err != nil {
		return err
	}
	return m.set(pairs)
}

// set adds keys and values by turns to the dictionary on the stack.
func (m *machine) set(pairs []any) error {
	d, err := top[*dictionary](m)
	if err != nil {
		return err
	}
	if len(pairs)%2 != 0 {
		return errors.New("a key without a value")
	}
	for i := 0; i < len(pairs); i += 2 {
		d.entries = append(d.entries, entry{pairs[i], pairs[i+1]})
	}
	return nil
}

func recall(bytes int) func(*machine) error {
	return func(m *machine) error {
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

func memorise(bytes int) func(*machine) error {
	return func(m *machine) error {
		index, err := m.number(bytes)
		if err != nil {
			return err
		}
		return m.keep(index)
	}
}

func (m *machine) memoriseNext() error { return m.keep(len(m.memo)) }

// keep puts the value on the stack into the memo.
func (m *machine) keep(index int) error {
	value, err := top[any](m)
	if err != nil {
		return err
	}
	m.memo[index] = value
	return nil
}

func (m *machine) global() error {
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

func (m *machine) stackGlobal() error {
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
func (m *machine) refer(module, name string) error {
	g := global(module + "." + name)
	if !g.allowed() {
		return fmt.Errorf("it refers to %.100q, which state dictionaries do not need, and is not loaded", string(g))
	}
	m.push(g)
	return nil
}

func (m *machine) persistent() error {
	id, err := m.pop()
	if err != nil {
		return err
	}
	value, err := m.load(id)
	m.push(value)
	return err
}

// reduce calls a function of those that are allowed.
func (m *machine) reduce() error {
	values, err := m.popN(2)
	if err != nil {
		return err
	}
	g, ok := values[0].(global)
	arguments, okay := values[1].(tuple)
	if !ok || !okay {
		return fmt.Errorf("a call of %s, which is not run", describe(values[0]))
	}
	call, ok := functions[g]
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

// build drops the attributes of a dictionary; PyTorch keeps the versions of its
// modules there.
func (m *machine) build() error {
	if _, err := m.pop(); err != nil {
		return err
	}
	_, err := top[*dictionary](m)
	return err
}
