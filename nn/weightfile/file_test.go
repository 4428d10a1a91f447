package weightfile_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"espalier/nn"
	"espalier/nn/weightfile"
)

// samples are two tensors in every form.
func samples(t testing.TB) map[weightfile.Format][]byte {
	arrays := []array{counting("module.a.weight", 1, 2, 3), counting("module.a.bias", 7, 2)}
	data := slices.Concat(arrays[1].bytes(), arrays[0].bytes())
	return map[weightfile.Format][]byte{
		weightfile.PyTorch:       zipped(t, arrays),
		weightfile.PyTorchLegacy: legacy(arrays),
		weightfile.SafeTensors: safetensorsFile(`{"module.a.bias":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},`+
			`"module.a.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]}}`, data),
		weightfile.NPZ: zipFile(t, zip.Store, npyRecord(arrays[0]), npyRecord(arrays[1])),
	}
}

func TestEveryFormatIsRead(t *testing.T) {
	for format, content := range samples(t) {
		file, err := weightfile.Decode(content)
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		if file.Format != format || len(file.Tensors) != 2 {
			t.Errorf("%s: read as %s with %d tensors", format, file.Format, len(file.Tensors))
		}
		for _, tensor := range file.Tensors {
			want := map[string][]float32{"a.weight": {1, 2, 3, 4, 5, 6}, "a.bias": {7, 8}}[tensor.Name]
			if got := tensor.Values(); !slices.Equal(got, want) {
				t.Errorf("%s: %s is %v, want %v", format, tensor.Name, got, want)
			}
		}
	}
}

// A view with an offset and strides of its own is read as it is meant.
func TestViews(t *testing.T) {
	p := new(pickle).op("\x80\x02}").text("state_dict").op("}").text("x").
		tensor(view{key: "0", count: 10, offset: 2, shape: []int{2, 3}, strides: []int{1, 2}}).op("ss.")
	file, err := weightfile.Decode(legacyFile(p.Bytes(), storages([]array{counting("", 0, 10)})))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := file.Tensors[0].Values(), []float32{2, 4, 6, 3, 5, 7}; !slices.Equal(got, want) {
		t.Errorf("values %v, want %v", got, want)
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		kind, bytes string
		want        float32
	}{
		{"F64", "\x00\x00\x00\x00\x00\x00\xf8\x3f", 1.5},
		{"F16", "\x00\x3e", 1.5},
		{"F16", "\x01\x00", 0x1p-24},
		{"F16", "\xff\xfb", -65504},
		{"F16", "\x00\xfc", float32(math.Inf(-1))},
		{"BF16", "\xc0\x3f", 1.5},
		{"I64", "\xfe\xff\xff\xff\xff\xff\xff\xff", -2},
		{"I32", "\xfe\xff\xff\xff", -2},
		{"I16", "\xfe\xff", -2},
		{"I8", "\xfe", -2},
		{"U8", "\xfe", 254},
		{"BOOL", "\x01", 1},
	} {
		header := fmt.Sprintf(`{"x":{"dtype":%q,"shape":[1],"data_offsets":[0,%d]}}`, c.kind, len(c.bytes))
		file, err := weightfile.Decode(safetensorsFile(header, []byte(c.bytes)))
		if err != nil {
			t.Errorf("%s: %v", c.kind, err)
			continue
		}
		if got := file.Tensors[0].Values(); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s %x is %v, want %g", c.kind, c.bytes, got, c.want)
		}
	}
}

// hostile are pickles of objects that no state dictionary has, with a part of the
// error that each is refused with.
func hostile() map[string]string {
	tensor := func(v view) string {
		return new(pickle).op("\x80\x02}").text("x").tensor(v).op("s.").String()
	}
	return map[string]string{
		"\x80\x02cos\nsystem\n(X\x04\x00\x00\x00truetR.": "os.system",
		"\x80\x02cbuiltins\neval\n.":                     "builtins.eval",
		"\x80\x04\x8c\x05posix\x8c\x06system\x93.":       "posix.system",
		"\x80\x02ctorch\nFloatStorage\n)R.":              "torch.FloatStorage, which is not run",
		"\x80\x02c__main__\nModel\n)\x81.":               "__main__.Model",
		"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.": "0 arguments",
		"\x80\x02(iposix\nsystem\n.":                     "operation 0x69",
		"\x80\x02}b.":                                    "too few values",
		"\x80\x02h\x07.":                                 "no entry 7",
		"\x80\x02X\xff\xff\xff\xff.":                     "truncated",
		"\x80\x02\x8d\xff\xff\xff\xff\xff\xff\xff\xff.":  "too large",
		"\x80\x02t.":                            "no mark",
		"\x80\x02}(Nu.":                         "key without a value",
		"\x80\x00N.":                            "protocol 0",
		"\x80\x02K\x01K\x02.":                   "one value",
		"\x80\x02K\x01.":                        "not a state dictionary",
		"\x80\x02}X\x01\x00\x00\x00aK\x01s.":    `"a" of the state dictionary`,
		"\x80\x02K\x01Q.":                       "persistent id",
		"\x80\x02" + strings.Repeat("(", 1<<16): "more operations",
		"\x80\x02" + strings.Repeat("]", 1<<16) + strings.Repeat("a", 1<<16):                    "more operations",
		"\x80\x02]q\x00" + strings.Repeat("(h\x00h\x00e", 1<<15) + strings.Repeat("2", 9) + ".": "more operations",
		tensor(view{"0", 4, 0, []int{5}, []int{1}}):                                             "storage of 4",
		tensor(view{"0", 4, 1, []int{4}, []int{1}}):                                             "ends at 4",
		tensor(view{"0", 4, -1, []int{2}, []int{1}}):                                            "begins at -1",
		tensor(view{"0", 4, 3, []int{2}, []int{-1}}):                                            "stride -1",
		tensor(view{"0", 4, 0, []int{-2, -2}, []int{1, 1}}):                                     "shape [-2 -2]",
		tensor(view{"0", 4, 0, []int{2, 2}, []int{1 << 30, 1}}):                                 "strides",
		tensor(view{"0", 1, 0, []int{1 << 30}, []int{0}}):                                       "storage of 1",
		tensor(view{"0", 4, 0, []int{1 << 30, 1 << 30, 1 << 30}, []int{0, 0, 0}}):               "storage of 4",
		tensor(view{"0", 4, 0, []int{2, 2}, []int{1}}):                                          "1 strides",
		tensor(view{"0", 4, 0, make([]int, 17), make([]int, 17)}):                               "17 axes",
		tensor(view{"0", -4, 0, []int{1}, []int{1}}):                                            "does not say how many",
		tensor(view{"0", math.MaxInt32, 0, []int{1 << 30}, []int{1}}):                           "description says",
	}
}

func TestHostilePickles(t *testing.T) {
	behind := storages([]array{counting("", 0, 4)})
	for object, want := range hostile() {
		_, err := weightfile.Decode(legacyFile([]byte(object), behind))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || len(err.Error()) > 400 {
			t.Errorf("%.60q: error %v, want %q", object, err, want)
		}
	}
}

func TestHostileArchives(t *testing.T) {
	arrays := []array{counting("x", 0, 4)}
	object, data := stateDictionary(arrays).Bytes(), arrays[0].bytes()
	for _, c := range []struct {
		want    string
		content []byte
	}{
		{"../", zipFile(t, zip.Store, record{"../data.pkl", object})},
		{"/etc/passwd", zipFile(t, zip.Store, record{"/etc/passwd", object})},
		{"the name", zipFile(t, zip.Store, record{"a/../../data.pkl", object})},
		{"the name", zipFile(t, zip.Store, record{`a/..\data.pkl`, object})},
		{"beside its one folder", zipFile(t, zip.Store, record{"a/data.pkl", object}, record{"b/data/0", data})},
		{"twice", zipFile(t, zip.Store, record{"a/data.pkl", object}, record{"a/data.pkl", object})},
		{"no data.pkl", zipFile(t, zip.Store, record{"a/constants.pkl", object})},
		{"lacks storage", zipFile(t, zip.Store, record{"a/data.pkl", object})},
		{"12 bytes", zipFile(t, zip.Store, record{"a/data.pkl", object}, record{"a/data/0", data[:12]})},
		{"compressed", zipFile(t, zip.Deflate, record{"a/data.pkl", object}, record{"a/data/0", make([]byte, 1<<20)})},
		{"byte order", zipFile(t, zip.Store, record{"a/data.pkl", object}, record{"a/byteorder", []byte("big")}, record{"a/data/0", data})},
	} {
		if _, err := weightfile.Decode(c.content); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

func TestHostileSafeTensors(t *testing.T) {
	for header, want := range map[string]string{
		`{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`:                                                      "mismatch",
		`{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`:                                                      "offset",
		`{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}`:                                  "",
		`{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`:                                                     "shape",
		`{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`: "offset",
		`{"x":{"dtype":"U16","shape":[2],"data_offsets":[0,4]}}`:                                                      "U16",
		`{"x":` + strings.Repeat("[", 1<<16):                                                                          "",
		`{"x":{"dtype":"F32","shape":[` + strings.Repeat("1,", 20) + `1],"data_offsets":[0,4]}}`:                      "21 axes",
		`{}`: "",
	} {
		if _, err := weightfile.Decode(safetensorsFile(header, make([]byte, 4))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.100s: error %v, want %q", header, err, want)
		}
	}
	huge := append([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, "{}"...)
	if _, err := weightfile.Decode(huge); err == nil {
		t.Error("a header of 2⁶⁴−1 bytes is read")
	}
}

// Every file that ends too soon is refused.
// The state of a training has the weights below a prefix and in another layout: what it is
// is said rather than which weight it lacks.
func TestTrainingsOfRunsAreNamed(t *testing.T) {
	content := safetensorsFile(`{"__metadata__":{"format":"espalier/train/1"},"weights/a.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, make([]byte, 8))
	if _, err := weightfile.Decode(content); err == nil || !strings.Contains(err.Error(), "espalier export CELL -o FILE") {
		t.Errorf("error %v", err)
	}
}

func TestTruncatedFiles(t *testing.T) {
	for format, content := range samples(t) {
		for n := range content {
			if _, err := weightfile.Decode(content[:n]); err == nil {
				t.Errorf("%s: the first %d of %d bytes are read", format, n, len(content))
			}
		}
	}
	if _, err := weightfile.Decode(append(samples(t)[weightfile.PyTorchLegacy], 0)); err == nil {
		t.Error("a byte behind the last storage is ignored")
	}
}

func TestNamesComeOnce(t *testing.T) {
	arrays := []array{counting("a", 0, 1), counting("a", 1, 1)}
	if _, err := weightfile.Decode(legacy(arrays)); err == nil || !strings.Contains(err.Error(), `"a" comes twice`) {
		t.Errorf("error %v", err)
	}
}

// What hostile files allocate, freed or not, stays below a small multiple of their
// size.
func TestMemoryIsBounded(t *testing.T) {
	const size = 1 << 20
	fill := func(text string) string { return strings.Repeat(text, size/len(text)) }
	files := map[string][]byte{
		"shape": safetensorsFile(`{"x":{"dtype":"F32","shape":[`+fill("1,")+`1],"data_offsets":[0,4]}}`, make([]byte, 4)),
	}
	for _, operations := range []string{"}", "]", "(", ")", "N", "]q\x00", "}\x94", "](NNe", "}(NNu", "K\x00\x85\x94", "ccollections\nOrderedDict\n)R"} {
		files[operations] = legacyFile([]byte("\x80\x02"+fill(operations)), nil)
	}
	for name, content := range files {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := weightfile.Decode(content)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%q is read", name)
		}
		times := uint64(32)
		if name == "shape" {
			times = 80
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > times*size {
			t.Errorf("%q, repeated to %d bytes, allocates %d bytes", name, size, used)
		}
	}
}

// Whatever a file holds, reading it ends in tensors no larger than it or an error.
func FuzzDecode(f *testing.F) {
	for _, content := range samples(f) {
		f.Add(content)
	}
	for object := range hostile() {
		if len(object) < 1<<10 {
			f.Add(legacyFile([]byte(object), storages([]array{counting("", 0, 4)})))
			f.Add(zipFile(f, zip.Store, record{"a/data.pkl", []byte(object)}, record{"a/data/0", make([]byte, 16)}))
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		kept := bytes.Clone(content)
		file, err := weightfile.Decode(content)
		if !bytes.Equal(content, kept) {
			t.Error("the content was changed")
		}
		if err != nil {
			return
		}
		checkSizes(t, file, content)
	})
}

// The same for what the pickle of an object can do.
func FuzzPickle(f *testing.F) {
	for object := range hostile() {
		if len(object) < 1<<10 {
			f.Add([]byte(object))
		}
	}
	f.Add(stateDictionary([]array{counting("x", 0, 2, 2)}).Bytes())
	behind := storages([]array{counting("", 0, 4)})
	f.Fuzz(func(t *testing.T, object []byte) {
		content := legacyFile(object, behind)
		if file, err := weightfile.Decode(content); err == nil {
			checkSizes(t, file, content)
		}
	})
}

// checkSizes reads every tensor of a file, none of which may have more values than
// the file has bytes.
func checkSizes(t *testing.T, file *weightfile.File, content []byte) {
	t.Helper()
	for _, tensor := range file.Tensors {
		if tensor.Size() > len(content) || len(tensor.Values()) != tensor.Size() {
			t.Errorf("a tensor of shape %v in %d bytes", tensor.Shape, len(content))
		}
	}
}

// The published checkpoints hold what their networks need.
func TestPublishedCheckpoints(t *testing.T) {
	for name, network := range map[string]string{
		"resnet20-12fca82f.th": "resnet20", "resnet32-d509ac18.th": "resnet32", "resnet56-4bfd9763.th": "resnet56",
	} {
		path := find(t, filepath.Join("checkpoints", name))
		file, err := weightfile.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := nn.New(network, nn.ZooOptions{})
		if err != nil {
			t.Fatal(err)
		}
		weights, err := file.Weights(n)
		if err != nil {
			t.Fatal(err)
		}
		if err := weights.Check(n); err != nil {
			t.Error(err)
		}
		if digest := strings.TrimSuffix(strings.Split(name, "-")[1], ".th"); !strings.HasPrefix(file.Digest, digest) {
			t.Errorf("%s has digest %s", name, file.Digest)
		}
	}
}

// find looks for a file in the data folders.
func find(t *testing.T, name string) string {
	t.Helper()
	for _, folder := range filepath.SplitList(os.Getenv("ESPALIER_DATA")) {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Skipf("%s: set ESPALIER_DATA to a data folder that has %s", t.Name(), name)
	return ""
}
