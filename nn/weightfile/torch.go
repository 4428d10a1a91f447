package weightfile

import (
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"espalier/internal/pickle"
)

// functions are what a state dictionary's pickle may call.
var functions = map[pickle.Global]pickle.Function{
	"collections.OrderedDict":         orderedDictionary,
	"torch._utils._rebuild_tensor":    rebuildTensor,
	"torch._utils._rebuild_tensor_v2": rebuildTensor,
	"torch._utils._rebuild_parameter": rebuildParameter,
}

// storages are the classes of PyTorch's storages, which a pickle refers to and
// never calls.
var storages = map[pickle.Global]*numbers{
	"torch.DoubleStorage":   float64s,
	"torch.FloatStorage":    float32s,
	"torch.HalfStorage":     float16s,
	"torch.BFloat16Storage": bfloat16s,
	"torch.LongStorage":     int64s,
	"torch.IntStorage":      int32s,
	"torch.ShortStorage":    int16s,
	"torch.CharStorage":     int8s,
	"torch.ByteStorage":     uint8s,
	"torch.BoolStorage":     uint8s,
}

// maxOperations bounds the memory that the pickles of a file take.
const maxOperations = 1 << 20

// newMachine returns a machine at the start of input, for a file of that many bytes. It may
// run an operation for each four bytes of the file; state dictionaries, with their numbers,
// have one for six bytes or more.
func newMachine(input []byte, file int, load func(id any) (any, error)) *pickle.Machine {
	language := pickle.Language{Holds: "state dictionaries", Functions: functions, Names: make(map[pickle.Global]bool), Load: load}
	for class := range storages {
		language.Names[class] = true
	}
	return pickle.NewMachine(input, language, min(maxOperations, 1024+file/4))
}

// orderedDictionary makes an OrderedDict, in Python 2's form from a list of pairs.
func orderedDictionary(m *pickle.Machine, arguments pickle.Tuple) (any, error) {
	d := new(pickle.Dictionary)
	if len(arguments) == 0 {
		return d, nil
	}
	pairs, ok := arguments[0].(*pickle.List)
	if !ok || len(arguments) > 1 {
		return nil, errors.New("its argument is not a list")
	}
	if err := m.Spend(len(pairs.Items)); err != nil {
		return nil, err
	}
	for _, item := range pairs.Items {
		var pair []any
		switch item := item.(type) {
		case *pickle.List:
			pair = item.Items
		case pickle.Tuple:
			pair = item
		}
		if len(pair) != 2 {
			return nil, errors.New("its argument is not a list of pairs")
		}
		d.Entries = append(d.Entries, pickle.Entry{Key: pair[0], Value: pair[1]})
	}
	return d, nil
}

// rebuildTensor makes a tensor from storage, offset, shape and strides. The arguments after
// these, such as whether it needs a gradient, are ignored.
func rebuildTensor(_ *pickle.Machine, arguments pickle.Tuple) (any, error) {
	if len(arguments) < 4 {
		return nil, fmt.Errorf("%d arguments", len(arguments))
	}
	s, ok := arguments[0].(*storage)
	if !ok {
		return nil, fmt.Errorf("its storage is %s", describe(arguments[0]))
	}
	offset, ok := arguments[1].(int)
	if !ok {
		return nil, fmt.Errorf("its offset is %s", describe(arguments[1]))
	}
	shape, err := integers(arguments[2])
	if err != nil {
		return nil, fmt.Errorf("its shape: %w", err)
	}
	strides, err := integers(arguments[3])
	if err != nil {
		return nil, fmt.Errorf("its strides: %w", err)
	}
	return newTensor(s, offset, shape, strides)
}

// rebuildParameter returns the tensor that a parameter holds.
func rebuildParameter(_ *pickle.Machine, arguments pickle.Tuple) (any, error) {
	if len(arguments) > 0 {
		if t, ok := arguments[0].(Tensor); ok {
			return t, nil
		}
	}
	return nil, errors.New("it has no tensor")
}

// integers reads a tuple of integers that can be a tensor's shape.
func integers(value any) ([]int, error) {
	t, ok := value.(pickle.Tuple)
	if !ok {
		return nil, fmt.Errorf("%s instead of a tuple", describe(value))
	}
	if len(t) > maxRank {
		return nil, fmt.Errorf("%d axes; there can be %d", len(t), maxRank)
	}
	numbers := make([]int, len(t))
	for i, item := range t {
		if numbers[i], ok = item.(int); !ok {
			return nil, fmt.Errorf("%s instead of an integer", describe(item))
		}
	}
	return numbers, nil
}

// shelf has the storages of a file by their keys.
type shelf map[string]*storage

// load reads a persistent id: ("storage", class, key, device, count), and in the
// old form None or the description of a view.
func (s shelf) load(id any) (any, error) {
	t, ok := id.(pickle.Tuple)
	if !ok || len(t) < 5 || len(t) > 6 || t[0] != any("storage") {
		return nil, fmt.Errorf("a persistent id that is %s, not a storage", describe(id))
	}
	if len(t) == 6 && t[5] != nil {
		return nil, errors.New("a storage that is a view of another, as PyTorch before 0.4 wrote; save the file again with a newer PyTorch")
	}
	class, _ := t[1].(pickle.Global)
	kind, ok := storages[class]
	if !ok {
		return nil, fmt.Errorf("a storage of class %s", describe(t[1]))
	}
	key, ok := t[2].(string)
	if !ok {
		return nil, fmt.Errorf("a storage whose key is %s", describe(t[2]))
	}
	count, ok := t[4].(int)
	if !ok || count < 0 || count > math.MaxInt/kind.size {
		return nil, fmt.Errorf("storage %.60q does not say how many numbers it has", key)
	}
	if known, ok := s[key]; ok {
		if known.kind != kind || known.count != count {
			return nil, fmt.Errorf("storage %.60q is described in two ways", key)
		}
		return known, nil
	}
	s[key] = &storage{kind: kind, count: count}
	return s[key], nil
}

// containers are the keys under which training programs keep the state dictionary in a
// larger one, the most usual first.
var containers = []string{"state_dict", "model_state_dict", "model", "net"}

// stateDictionary returns the tensors of a value that is a state dictionary, or a
// dictionary that has one.
func stateDictionary(value any) ([]Tensor, error) {
	d, ok := value.(*pickle.Dictionary)
	if !ok {
		return nil, fmt.Errorf("it holds %s, not a state dictionary", describe(value))
	}
	for _, name := range containers {
		if found, ok := inner(d, name); ok {
			d = found
			break
		}
	}
	tensors := make([]Tensor, 0, len(d.Entries))
	for _, e := range d.Entries {
		name, ok := e.Key.(string)
		if !ok {
			return nil, fmt.Errorf("a state dictionary with the key %s", describe(e.Key))
		}
		if !utf8.ValidString(name) {
			return nil, fmt.Errorf("a state dictionary with the key %.100q, which is not UTF-8", name)
		}
		t, ok := e.Value.(Tensor)
		if !ok {
			return nil, fmt.Errorf("entry %.100q of the state dictionary is %s, not a tensor", name, describe(e.Value))
		}
		t.Name = name
		tensors = append(tensors, t)
	}
	return tensors, nil
}

// inner returns the dictionary that another one holds under a name.
func inner(d *pickle.Dictionary, name string) (*pickle.Dictionary, bool) {
	for _, e := range d.Entries {
		if key, ok := e.Key.(string); ok && key == name {
			found, ok := e.Value.(*pickle.Dictionary)
			return found, ok
		}
	}
	return nil, false
}

// describe names a value in messages.
func describe(value any) string {
	switch value.(type) {
	case *storage:
		return "a storage"
	case Tensor:
		return "a tensor"
	default:
		return pickle.Describe(value)
	}
}
