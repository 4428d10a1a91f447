package export_test

import (
	"bytes"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"espalier/internal/durable"
	"espalier/nn"
	"espalier/nn/export"
	"espalier/nn/weightfile"
	"espalier/prune"
	"espalier/seed"
)

func zoo(t testing.TB, name string, o nn.ZooOptions) *nn.Network {
	t.Helper()
	n, err := nn.New(name, o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// model is a network with weights that are all random and a mask that removes
// channels and single weights.
func model(t testing.TB, n *nn.Network) export.Model {
	t.Helper()
	random := seed.Seed(1).Stream("export " + n.Name)
	weights, err := nn.Initialize(n, nn.KaimingNormal, 1)
	if err != nil {
		t.Fatal(err)
	}
	editor := prune.Ones(n).Edit()
	for _, p := range n.Parameters() {
		out := p.Shape[len(p.Shape)-1]
		for i := range p.Size() {
			switch {
			case p.Role == nn.Scale || p.Role == nn.RunningVariance:
				weights[p.Name][i] = .5 + random.Float32()
			case p.Role != nn.Weight:
				weights[p.Name][i] = random.Float32() - .5
			case p.Layer != n.Nodes[len(n.Nodes)-1].Name:
				editor.Set(p.Name, i, i%out%3 != 1 && random.IntN(3) > 0)
			}
		}
	}
	mask := editor.Mask()
	masked, err := mask.Apply(weights)
	if err != nil {
		t.Fatal(err)
	}
	return export.Model{Network: n, Weights: masked, Mask: mask}
}

// shrunk is a model without its removed channels; constants are kept, so that it
// has every kind of layer that shrinking makes.
func shrunk(t testing.TB, m export.Model) export.Model {
	t.Helper()
	s, err := nn.Shrink(m.Network, m.Weights, m.Mask, nn.Constant)
	if err != nil {
		t.Fatal(err)
	}
	return export.Model{Network: s.Network, Weights: s.Weights, Mask: m.Mask.(*prune.Mask).Shrink(s)}
}

// branches has the layers that the zoo has not.
func branches(t testing.TB) *nn.Network {
	t.Helper()
	c := nn.NewComposer("branches", nn.Shape{Height: 7, Width: 6, Channels: 3})
	x := c.Add("input", nn.Convolution{Out: 12, Kernel: 3, Padding: 2}, nn.Input)
	x = c.Add("shuffle", nn.ChannelShuffle{Groups: 3}, x)
	a := c.Add("grouped", nn.Convolution{Out: 9, Kernel: 3, Stride: 2, Groups: 3}, x)
	b := c.Add("mean", nn.MeanPool{Window: 3, Stride: 2, Padding: 1}, x)
	b = c.Add("dilated", nn.Convolution{Out: 6, Kernel: 2, Dilation: 2, NoBias: true}, b)
	a = c.Add("max", nn.MaxPool{Window: 2, Stride: 1}, a)
	b = c.Add("crop", nn.MaxPool{Window: 1, Stride: 1}, b)
	x = c.Add("concat", nn.Concat{}, a, b)
	x = c.Add("relu", nn.ReLU6, x)
	y := c.Add("unit", nn.Linear{Out: 7}, x)
	y = c.Add("unit.norm", nn.BatchNorm{}, y)
	z := c.Add("unit.relu", nn.ReLU, y)
	y = c.Add("sum", nn.Add{}, y, z, y)
	y = c.Add("join", nn.Concat{}, y, z)
	y = c.Add("select", nn.SelectChannels{Channels: []int{3, nn.NoChannel, 0, 13}}, y)
	c.Add("output", nn.Convolution{Out: 5, Kernel: 1}, y)
	n, err := c.Network()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// image has outputs that are an image.
func image(t testing.TB) *nn.Network {
	t.Helper()
	c := nn.NewComposer("image", nn.Shape{Height: 4, Width: 5, Channels: 2})
	x := c.Add("conv", nn.Convolution{Out: 3, Kernel: 3, Padding: 1}, nn.Input)
	x = c.Add("map", nn.BiasMap{}, x)
	c.Add("pad", nn.PadShortcut{Out: 6, Stride: 2}, x)
	n, err := c.Network()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRoundTrip(t *testing.T) {
	for _, m := range []export.Model{
		model(t, branches(t)), model(t, image(t)), shrunk(t, model(t, zoo(t, "resnet20", nn.ZooOptions{}))),
		model(t, zoo(t, "mobilenetv2", nn.ZooOptions{Width: .25})), model(t, zoo(t, "conv2", nn.ZooOptions{Width: .125})),
	} {
		first := m.Weights[m.Network.Parameters()[0].Name]
		live := slices.Collect(m.Mask.Live(m.Network.Parameters()[0].Name))
		first[live[0]], first[live[1]], first[live[2]] = float32(math.Inf(-1)), float32(math.NaN()), float32(math.Copysign(0, -1))
		for _, ending := range []string{".safetensors", ".npz"} {
			path := filepath.Join(t.TempDir(), m.Network.Name+ending)
			if err := export.Write(durable.OS{}, path, m); err != nil {
				t.Fatal(err)
			}
			file, err := weightfile.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			weights, err := file.Weights(m.Network)
			if err != nil {
				t.Fatal(err)
			}
			if !weights.Equal(m.Weights) {
				t.Errorf("%s: the weights that are read are others than those written", path)
			}
			masks, err := file.Masks(m.Network)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range m.Network.Prunable() {
				if !slices.Equal(slices.Collect(masks.Live(p.Name)), slices.Collect(m.Mask.Live(p.Name))) {
					t.Errorf("%s: the mask of %s is another", path, p.Name)
				}
			}
			if again := encode(t, ending, m); !bytes.Equal(again, must(os.ReadFile(path))) {
				t.Errorf("%s: written twice it is not the same bytes", path)
			}
		}
	}
}

func must(content []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return content
}

func encode(t *testing.T, ending string, m export.Model) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "again"+ending)
	if err := export.Write(durable.OS{}, path, m); err != nil {
		t.Fatal(err)
	}
	return must(os.ReadFile(path))
}

func TestWithoutMask(t *testing.T) {
	m := model(t, image(t))
	m.Mask = nil
	for _, ending := range []string{".safetensors", ".npz"} {
		file, err := weightfile.Decode(encode(t, ending, m))
		if err != nil {
			t.Fatal(err)
		}
		if masks, err := file.Masks(m.Network); err != nil || masks != nil {
			t.Errorf("%s: masks %v, %v", ending, masks, err)
		}
	}
}

func TestMetadata(t *testing.T) {
	m := model(t, image(t))
	m.Metadata = map[string]string{"commit": "0123abcd"}
	for _, ending := range export.Endings() {
		content := encode(t, ending, m)
		for _, fact := range []string{"commit", "0123abcd", "network", "image", "2x4x5"} {
			if !bytes.Contains(content, []byte(fact)) {
				t.Errorf("%s: there is no %q", ending, fact)
			}
		}
	}
	m.Metadata["log"] = strings.Repeat("x", 1<<16)
	if err := export.NPZ(io.Discard, m); err == nil || !strings.Contains(err.Error(), "no room for the metadata") {
		t.Errorf("got %v", err)
	}
}

// alien is a layer that no format knows.
type alien struct{ nn.Activation }

func (alien) Kind() nn.Kind { return "alien" }

func TestErrorsLeaveNothing(t *testing.T) {
	m := model(t, image(t))
	unpruned := m
	unpruned.Weights = maps.Clone(m.Weights)
	unpruned.Weights["conv.weight"] = slices.Repeat([]float32{.5}, 54)
	missing := m
	missing.Weights = nil
	foreign := m
	foreign.Mask = prune.Ones(zoo(t, "lenet300", nn.ZooOptions{}))
	c := nn.NewComposer("strange", nn.Vector(3))
	c.Add("layer", alien{nn.ReLU}, nn.Input)
	strange, err := c.Network()
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []struct {
		file  string
		model export.Model
		want  string
	}{
		{"a.pth", m, "the name must end in one of .npz, .onnx, .safetensors"},
		{"a.npz", unpruned, "is pruned by the mask and 0.5: apply the mask to the weights first"},
		{"a.safetensors", missing, "weights for network image: conv.weight is missing"},
		{"a.onnx", foreign, "the mask does not fit: it has fc1.weight"},
		{"a.onnx", export.Model{Network: strange, Weights: nn.Weights{}}, "as ONNX: layer layer: it has no form for a layer of kind alien"},
	} {
		folder := t.TempDir()
		err := export.Write(durable.OS{}, filepath.Join(folder, bad.file), bad.model)
		if err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("got  %v\nwant %s", err, bad.want)
		}
		if left, _ := os.ReadDir(folder); len(left) > 0 {
			t.Errorf("%s is left after: %v", left[0].Name(), err)
		}
	}
}

// Whichever call to the file system fails, the old file is still there, whole, and
// nothing beside it.
func TestFailedWritesLeaveTheOldFile(t *testing.T) {
	m := model(t, image(t))
	for _, ending := range export.Endings() {
		path := filepath.Join(t.TempDir(), "old"+ending)
		if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		for at := range 4 {
			files := &durable.Faulty{FS: durable.OS{}, At: at}
			if err := export.Write(files, path, m); err == nil {
				continue
			}
			if content := must(os.ReadFile(path)); string(content) != "old" && files.Calls() <= at+1 {
				t.Errorf("%s: after call %d failed the file has %d bytes", ending, at, len(content))
			}
		}
		if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
			t.Errorf("%s: %d files are left", ending, len(left))
		}
	}
}
