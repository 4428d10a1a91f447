package numpy

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"espalier/internal/pickle"
)

// Unpickle reads a pickle of an array, a sparse matrix in compressed rows, a number, a
// text, or a list, tuple or dictionary. An array becomes an *Array, a matrix a *Matrix,
// everything else what package pickle makes of it. Arrays inside of containers cannot be
// read: they stay values of a type that is not exported.
func Unpickle(content []byte) (any, error) {
	// Pickles of arrays have at least two bytes for each operation.
	m := pickle.NewMachine(content, language, 1024+len(content)/2)
	value, err := m.Run()
	if err != nil {
		return nil, err
	}
	if rest := len(m.Rest()); rest > 0 {
		return nil, fmt.Errorf("%d bytes follow the pickle", rest)
	}
	return settle(value)
}

// settle returns what an object under construction has become.
func settle(value any) (any, error) {
	switch value := value.(type) {
	case *array:
		return value.settle()
	case *matrix:
		return value.settle()
	default:
		return value, nil
	}
}

// language has the names that pickles of NumPy and SciPy, of Python 2 and 3, refer to.
var language = pickle.Language{
	Holds: "arrays",
	Functions: map[pickle.Global]pickle.Function{
		"numpy.core.multiarray._reconstruct":  reconstruct,
		"numpy._core.multiarray._reconstruct": reconstruct,
		"numpy.dtype":                         newType,
		"scipy.sparse.csr.csr_matrix":         newMatrix,
		"scipy.sparse._csr.csr_matrix":        newMatrix,
		"copy_reg._reconstructor":             reconstructObject,
		"copyreg._reconstructor":              reconstructObject,
		"collections.defaultdict":             newDictionary,
		"_codecs.encode":                      encode,
	},
	Names: map[pickle.Global]bool{
		"numpy.ndarray":      true,
		"__builtin__.list":   true,
		"builtins.list":      true,
		"__builtin__.object": true,
		"builtins.object":    true,
		"__builtin__.int":    true,
		"builtins.int":       true,
	},
}

// dtype is a type of elements under construction.
type dtype struct{ kind }

func newType(_ *pickle.Machine, arguments pickle.Tuple) (any, error) {
	if len(arguments) == 0 {
		return nil, errors.New("no arguments")
	}
	code, ok := arguments[0].(string)
	if !ok {
		return nil, fmt.Errorf("the code of a type is %s", pickle.Describe(arguments[0]))
	}
	k, err := parseKind(code)
	return &dtype{k}, err
}

// Build takes (version, byte order, ...).
func (d *dtype) Build(state any) error {
	t, ok := state.(pickle.Tuple)
	if !ok || len(t) < 2 {
		return fmt.Errorf("the state of a type is %s", pickle.Describe(state))
	}
	order, ok := t[1].(string)
	if !ok {
		return fmt.Errorf("a byte order that is %s", pickle.Describe(t[1]))
	}
	k, err := parseKind(order + fmt.Sprintf("%c%d", d.code, d.size))
	d.kind = k
	return err
}

// array is an array under construction.
type array struct {
	shape   []int
	kind    *dtype
	fortran bool
	bytes   string
}

func reconstruct(*pickle.Machine, pickle.Tuple) (any, error) { return new(array), nil }

// Build takes (version, shape, type, whether in Fortran's order, bytes).
func (a *array) Build(state any) error {
	t, ok := state.(pickle.Tuple)
	if !ok || len(t) != 5 {
		return fmt.Errorf("the state of an array is %s", pickle.Describe(state))
	}
	axes, ok := t[1].(pickle.Tuple)
	if !ok || len(axes) > maxRank {
		return fmt.Errorf("the shape of an array is %s", pickle.Describe(t[1]))
	}
	a.shape = make([]int, len(axes))
	for i, axis := range axes {
		if a.shape[i], ok = axis.(int); !ok {
			return fmt.Errorf("an axis of an array is %s", pickle.Describe(axis))
		}
	}
	if a.kind, ok = t[2].(*dtype); !ok {
		return fmt.Errorf("the type of an array is %s", pickle.Describe(t[2]))
	}
	if a.fortran, ok = t[3].(bool); !ok {
		return fmt.Errorf("the order of an array is %s", pickle.Describe(t[3]))
	}
	if a.bytes, ok = text(t[4]); !ok {
		return fmt.Errorf("the content of an array is %s", pickle.Describe(t[4]))
	}
	return nil
}

func (a *array) settle() (*Array, error) {
	if a.kind == nil {
		return nil, errors.New("an array without a content")
	}
	return newArray(a.kind.kind, a.shape, a.fortran, []byte(a.bytes))
}

// text returns the bytes of a str of Python 2 or of a bytes of Python 3.
func text(value any) (string, bool) {
	if b, ok := value.(pickle.Bytes); ok {
		return string(b), true
	}
	s, ok := value.(string)
	return s, ok
}

// matrix is a sparse matrix under construction.
type matrix struct{ state *pickle.Dictionary }

func newMatrix(*pickle.Machine, pickle.Tuple) (any, error) { return new(matrix), nil }

// Build takes the attributes of the object.
func (m *matrix) Build(state any) error {
	d, ok := state.(*pickle.Dictionary)
	if !ok {
		return fmt.Errorf("the state of a matrix is %s", pickle.Describe(state))
	}
	m.state = d
	return nil
}

func (m *matrix) settle() (*Matrix, error) {
	if m.state == nil {
		return nil, errors.New("a matrix without a content")
	}
	attributes := make(map[string]any)
	for _, e := range m.state.Entries {
		if name, ok := e.Key.(string); ok {
			attributes[name] = e.Value
		}
	}
	shape, ok := attributes["_shape"].(pickle.Tuple)
	if !ok || len(shape) != 2 {
		return nil, fmt.Errorf("the shape of a matrix is %s", pickle.Describe(attributes["_shape"]))
	}
	rows, ok := shape[0].(int)
	cols, okay := shape[1].(int)
	if !ok || !okay {
		return nil, errors.New("the shape of a matrix is not a pair of integers")
	}
	var parts [3]*Array
	for i, name := range []string{"indptr", "indices", "data"} {
		part, ok := attributes[name].(*array)
		if !ok {
			return nil, fmt.Errorf("a matrix whose %s is %s", name, pickle.Describe(attributes[name]))
		}
		settled, err := part.settle()
		if err != nil {
			return nil, fmt.Errorf("a matrix's %s: %w", name, err)
		}
		parts[i] = settled
	}
	return matrixOf(rows, cols, parts[0], parts[1], parts[2])
}

// reconstructObject makes an object of the class that the first argument names.
func reconstructObject(m *pickle.Machine, arguments pickle.Tuple) (any, error) {
	if len(arguments) > 0 {
		if class, ok := arguments[0].(pickle.Global); ok && (class == "scipy.sparse.csr.csr_matrix" || class == "scipy.sparse._csr.csr_matrix") {
			return newMatrix(m, nil)
		}
	}
	return nil, errors.New("its class is no sparse matrix in compressed rows")
}

func newDictionary(*pickle.Machine, pickle.Tuple) (any, error) { return new(pickle.Dictionary), nil }

// encode undoes how Python 3 writes bytes in protocol 2: as text of the characters 0 to
// 255, to be encoded as Latin-1.
func encode(m *pickle.Machine, arguments pickle.Tuple) (any, error) {
	if len(arguments) != 2 || arguments[1] != any("latin1") {
		return nil, errors.New("it is not a text and latin1")
	}
	s, ok := arguments[0].(string)
	if !ok {
		return nil, fmt.Errorf("its text is %s", pickle.Describe(arguments[0]))
	}
	if err := m.Spend(len(s) / 16); err != nil {
		return nil, err
	}
	content := make([]byte, 0, utf8.RuneCountInString(s))
	for _, r := range s {
		if r > 0xff {
			return nil, fmt.Errorf("the character %q is not of latin1", r)
		}
		content = append(content, byte(r))
	}
	return pickle.Bytes(content), nil
}
