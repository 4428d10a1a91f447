package train

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nlpodyssey/safetensors"

	"espalier/nn"
)

// state is a training at the boundary between two steps: all that is needed to go
// on, and at the end the result. It knows the weights and slots only where it was
// read or is to be written; in between they are on the backend.
type state struct {
	iteration int // steps taken since the beginning of the schedule
	result    Result
	slots     map[string]nn.Weights
	lossSum   float64 // over the images since the last point
	lossCount int     // images since the last point
}

// format is that of the files this package writes. They are safetensors files
// with the tensors
//
//	weights/PARAMETER            best/PARAMETER
//	slots/SLOT/PARAMETER         snapshots/LENGTH/PARAMETER
//	history                      float64 [points, 8], the fields of Point in order
//	loss                         float64 [2]: sum and count since the last point
//
// and in the metadata the format, the job's description, the backend and the
// iteration. Equal states have equal bytes.
const format = "espalier/train/1"

// header is the metadata of a file.
type header struct {
	job     string // Job.describe
	backend string
}

// encode writes a state.
func (s *state) encode(h header, network *nn.Network) ([]byte, error) {
	tensors := make(map[string]safetensors.TensorView)
	put := func(prefix string, weights nn.Weights) {
		for _, p := range network.Parameters() {
			if values, ok := weights[p.Name]; ok {
				tensors[prefix+p.Name] = float32View(p.Shape, values)
			}
		}
	}
	put("weights/", s.result.Weights)
	put("best/", s.result.Best)
	for name, slot := range s.slots {
		put("slots/"+name+"/", slot)
	}
	for name, snapshot := range s.result.Snapshots {
		put("snapshots/"+name+"/", snapshot)
	}
	tensors["history"] = float64View([]int{len(s.result.History), pointFields}, flattenHistory(s.result.History))
	tensors["loss"] = float64View([]int{2}, []float64{s.lossSum, float64(s.lossCount)})
	return safetensors.Serialize(tensors, map[string]string{
		"format":    format,
		"job":       h.job,
		"backend":   h.backend,
		"iteration": strconv.Itoa(s.iteration),
	})
}

// decode reads what encode wrote. That the values fit the network is checked, so
// that the state can be loaded.
func decode(content []byte, network *nn.Network) (*state, header, error) {
	file, err := safetensors.Deserialize(content)
	if err != nil {
		return nil, header{}, err
	}
	// Deserialize has read this header, so it can be read again.
	_, metadata, err := safetensors.ReadMetadata(content)
	if err != nil {
		return nil, header{}, err
	}
	fields := metadata.Metadata()
	if fields["format"] != format {
		return nil, header{}, fmt.Errorf("its format is %q, not %q", fields["format"], format)
	}
	h := header{job: fields["job"], backend: fields["backend"]}
	s := &state{}
	if s.iteration, err = strconv.Atoi(fields["iteration"]); err != nil || s.iteration < 0 {
		return nil, h, fmt.Errorf("iteration %q is not a number of steps", fields["iteration"])
	}
	for _, tensor := range file.Tensors() {
		if err := s.put(tensor.Name, tensor.TensorView); err != nil {
			return nil, h, fmt.Errorf("tensor %s: %w", tensor.Name, err)
		}
	}
	return s, h, s.check(network)
}

// put takes one tensor of a file.
func (s *state) put(name string, view safetensors.TensorView) error {
	if name == "history" || name == "loss" {
		return s.putNumbers(name, view)
	}
	if view.DType() != safetensors.F32 {
		return fmt.Errorf("it is of type %s, not F32", view.DType())
	}
	section, rest, _ := strings.Cut(name, "/")
	values := float32s(view.Data())
	switch section {
	case "weights":
		add(&s.result.Weights, rest, values)
	case "best":
		add(&s.result.Best, rest, values)
	case "slots":
		slot, parameter, _ := strings.Cut(rest, "/")
		weights := s.slots[slot]
		add(&weights, parameter, values)
		add(&s.slots, slot, weights)
	case "snapshots":
		moment, parameter, _ := strings.Cut(rest, "/")
		weights := s.result.Snapshots[moment]
		add(&weights, parameter, values)
		add(&s.result.Snapshots, moment, weights)
	default:
		return errors.New("no such tensor is written")
	}
	return nil
}

// add sets a value in a map and makes the map where it is nil.
func add[M ~map[string]V, V any](m *M, key string, value V) {
	if *m == nil {
		*m = make(M)
	}
	(*m)[key] = value
}

func (s *state) putNumbers(name string, view safetensors.TensorView) error {
	if view.DType() != safetensors.F64 {
		return fmt.Errorf("it is of type %s, not F64", view.DType())
	}
	numbers := float64s(view.Data())
	if name == "history" {
		if len(numbers)%pointFields != 0 {
			return fmt.Errorf("it has %d numbers, not %d for each point", len(numbers), pointFields)
		}
		s.result.History = unflattenHistory(numbers)
		return nil
	}
	if len(numbers) != 2 {
		return fmt.Errorf("it has %d numbers, not 2", len(numbers))
	}
	s.lossSum, s.lossCount = numbers[0], int(numbers[1])
	return nil
}

// check reports what does not fit the network.
func (s *state) check(network *nn.Network) error {
	if err := s.result.Weights.Check(network); err != nil {
		return err
	}
	if s.result.Best != nil {
		if err := s.result.Best.Check(network); err != nil {
			return err
		}
	}
	for name, snapshot := range s.result.Snapshots {
		if err := snapshot.Check(network); err != nil {
			return fmt.Errorf("snapshot %s: %w", name, err)
		}
	}
	for name, slot := range s.slots {
		for _, p := range network.Parameters() {
			if values, ok := slot[p.Name]; p.Trainable() && (!ok || len(values) != p.Size()) {
				return fmt.Errorf("slot %s of %s has %d values, want %d", name, p.Name, len(values), p.Size())
			}
		}
	}
	return nil
}

func flattenHistory(history []Point) []float64 {
	numbers := make([]float64, 0, len(history)*pointFields)
	for _, p := range history {
		numbers = append(numbers, float64(p.Iteration), p.Epoch, p.LearningRate, p.TrainLoss,
			p.ValidationLoss, p.ValidationAccuracy, p.TestLoss, p.TestAccuracy)
	}
	return numbers
}

func unflattenHistory(numbers []float64) []Point {
	var history []Point
	for n := range slices.Chunk(numbers, pointFields) {
		history = append(history, Point{Iteration: int(n[0]), Epoch: n[1], LearningRate: n[2], TrainLoss: n[3],
			ValidationLoss: n[4], ValidationAccuracy: n[5], TestLoss: n[6], TestAccuracy: n[7]})
	}
	return history
}

func float32View(shape []int, values []float32) safetensors.TensorView {
	bytes := make([]byte, 0, 4*len(values))
	for _, x := range values {
		bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(x))
	}
	return view(safetensors.F32, shape, bytes)
}

func float64View(shape []int, values []float64) safetensors.TensorView {
	bytes := make([]byte, 0, 8*len(values))
	for _, x := range values {
		bytes = binary.LittleEndian.AppendUint64(bytes, math.Float64bits(x))
	}
	return view(safetensors.F64, shape, bytes)
}

func view(dtype safetensors.DType, shape []int, bytes []byte) safetensors.TensorView {
	dimensions := make([]uint64, len(shape))
	for i, n := range shape {
		dimensions[i] = uint64(n)
	}
	tensor, err := safetensors.NewTensorView(dtype, dimensions, bytes)
	if err != nil {
		// Weights.Check and the callers have made shape and size agree.
		panic(err)
	}
	return tensor
}

func float32s(bytes []byte) []float32 {
	values := make([]float32, len(bytes)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(bytes[4*i:]))
	}
	return values
}

func float64s(bytes []byte) []float64 {
	values := make([]float64, len(bytes)/8)
	for i := range values {
		values[i] = math.Float64frombits(binary.LittleEndian.Uint64(bytes[8*i:]))
	}
	return values
}
