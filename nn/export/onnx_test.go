package export_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	graphmodel "github.com/gomlx/gomlx/ml/model"
	"google.golang.org/protobuf/encoding/protowire"

	"espalier/backend"
	"espalier/internal/durable"
	"espalier/nn"
	"espalier/nn/export"
	"espalier/seed"
)

const batch = 3

// onnxModels are exports that together have every layer.
func onnxModels(t testing.TB) []export.Model {
	t.Helper()
	models := []export.Model{model(t, branches(t)), model(t, image(t))}
	for _, name := range []string{"lenet300", "conv2", "resnet20", "vgg16", "mobilenetv1"} {
		models = append(models, model(t, zoo(t, name, nn.ZooOptions{Width: .25})))
	}
	small := nn.Shape{Height: 64, Width: 64, Channels: 3}
	models = append(models, model(t, zoo(t, "mobilenetv2", nn.ZooOptions{Width: .25, Input: small})),
		model(t, zoo(t, "resnet50", nn.ZooOptions{Width: .125, Input: small})))
	for _, m := range models[3:] {
		models = append(models, shrunk(t, m))
	}
	return models
}

// The outputs of ONNX Runtime are those of the network within 1e-5 of the greatest.
// A Python that has it is python3 or what ESPALIER_PYTHON names.
func TestONNXRuntimeAgrees(t *testing.T) {
	python := os.Getenv("ESPALIER_PYTHON")
	if python == "" {
		python = "python3"
	}
	if err := exec.CommandContext(t.Context(), python, "-c", "import onnx, onnxruntime, numpy").Run(); err != nil {
		t.Skipf("%s has no onnx and onnxruntime (%v): pip install them, or name another Python in ESPALIER_PYTHON", python, err)
	}
	folder := t.TempDir()
	models := onnxModels(t)
	arguments := []string{filepath.Join("testdata", "run.py")}
	for i, m := range models {
		stem := filepath.Join(folder, string(rune('a'+i)))
		if err := export.Write(durable.OS{}, stem+".onnx", m); err != nil {
			t.Fatal(err)
		}
		writeFloats(t, stem+".input", channelsFirst(pixels(m.Network), m.Network.Input))
		arguments = append(arguments, stem)
	}
	if output, err := exec.CommandContext(t.Context(), python, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	for i, m := range models {
		got := readFloats(t, filepath.Join(folder, string(rune('a'+i))+".output"))
		want := evaluate(t, m)
		scale, off := 1., 0.
		for j := range want {
			scale, off = max(scale, math.Abs(float64(want[j]))), max(off, math.Abs(float64(got[j]-want[j])))
		}
		if len(got) != len(want) || !(off <= 1e-5*scale) {
			t.Errorf("%s: ONNX Runtime is off by %g, of values up to %g", m.Network.Name, off, scale)
		}
	}
}

func pixels(n *nn.Network) []float32 {
	random := seed.Seed(2).Stream("pixels")
	values := make([]float32, batch*n.Input.Size())
	for i := range values {
		values[i] = float32(random.NormFloat64())
	}
	return values
}

// channelsFirst turns [batch, height, width, channels] into [batch, channels, height,
// width].
func channelsFirst(values []float32, s nn.Shape) []float32 {
	turned := make([]float32, 0, len(values))
	for n := range batch {
		for c := range s.Channels {
			for pixel := range s.Height * s.Width {
				turned = append(turned, values[(n*s.Height*s.Width+pixel)*s.Channels+c])
			}
		}
	}
	return turned
}

func evaluate(t *testing.T, m export.Model) []float32 {
	t.Helper()
	choice, err := backend.New("")
	if err != nil {
		t.Fatal(err)
	}
	store := graphmodel.NewStore()
	if err := m.Network.LoadInto(store, m.Weights); err != nil {
		t.Fatal(err)
	}
	run := graphmodel.MustNewExec(choice.Backend, store, func(scope *graphmodel.Scope, x *graph.Node) *graph.Node {
		return m.Network.Build(scope, x, nn.Inference)
	})
	defer run.Finalize()
	s := m.Network.Input
	y, err := run.Call1(tensors.FromFlatDataAndDimensions(pixels(m.Network), batch, s.Height, s.Width, s.Channels))
	if err != nil {
		t.Fatal(err)
	}
	return tensors.MustCopyFlatData[float32](y)
}

func writeFloats(t *testing.T, path string, values []float32) {
	t.Helper()
	var content bytes.Buffer
	if err := binary.Write(&content, binary.LittleEndian, values); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readFloats(t *testing.T, path string) []float32 {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float32, len(content)/4)
	if err := binary.Read(bytes.NewReader(content), binary.LittleEndian, values); err != nil {
		t.Fatal(err)
	}
	return values
}

// Without ONNX Runtime: every operator reads what is there before it, and no name is
// given twice.
func TestONNXGraphIsConnected(t *testing.T) {
	for _, m := range onnxModels(t) {
		var content bytes.Buffer
		if err := export.ONNX(&content, m); err != nil {
			t.Fatal(err)
		}
		graph := fields(t, content.Bytes())[7][0]
		known := map[string]bool{}
		for _, tensor := range fields(t, graph)[5] {
			define(t, known, string(fields(t, tensor)[8][0]))
		}
		define(t, known, string(fields(t, fields(t, graph)[11][0])[1][0]))
		for _, node := range fields(t, graph)[1] {
			parts := fields(t, node)
			for _, input := range parts[1] {
				if !known[string(input)] {
					t.Errorf("%s: %s reads %s, which is not there", m.Network.Name, parts[3][0], input)
				}
			}
			define(t, known, string(parts[2][0]))
		}
		if output := string(fields(t, fields(t, graph)[12][0])[1][0]); !known[output] {
			t.Errorf("%s: there is no %s", m.Network.Name, output)
		}
	}
}

func define(t *testing.T, known map[string]bool, name string) {
	t.Helper()
	if known[name] {
		t.Errorf("two values are called %s", name)
	}
	known[name] = true
}

// fields are a message's fields that are bytes.
func fields(t *testing.T, message []byte) map[protowire.Number][][]byte {
	t.Helper()
	found := make(map[protowire.Number][][]byte)
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		message = message[n:]
		length := protowire.ConsumeFieldValue(number, kind, message)
		if length < 0 {
			t.Fatal(protowire.ParseError(length))
		}
		if kind == protowire.BytesType {
			content, _ := protowire.ConsumeBytes(message)
			found[number] = append(found[number], content)
		}
		message = message[length:]
	}
	return found
}
