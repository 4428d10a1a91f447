package data

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

// tinyPlanetoid are the files of a graph of eight nodes.
func tinyPlanetoid(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	names, err := filepath.Glob("testdata/planetoid/ind.tiny.*")
	if err != nil || len(names) != 8 {
		t.Fatalf("files %v, %v", names, err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = &fstest.MapFile{Data: content}
	}
	return files
}

func TestPlanetoid(t *testing.T) {
	g, err := ReadGraph(t.Context(), "planetoid", tinyPlanetoid(t), "tiny")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := g.Stored(), (Counts{Entries: 12, Duplicates: 2, Loops: 1, Edges: 5}); got != want {
		t.Errorf("stored %+v, want %+v", got, want)
	}
	if got, want := g.Labels(), []int32{0, 1, 0, 1, 0, 0, 1, 1}; !reflect.DeepEqual(got, want) {
		t.Errorf("labels %v, want %v", got, want)
	}
	want := []float32{1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 2, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, .5, 0}
	if got := g.Features().Dense(); !reflect.DeepEqual(got, want) {
		t.Errorf("features %v, want %v", got, want)
	}
	split := []NodeSplit{{Name: "public", Train: []int32{0, 1}, Validation: []int32{2, 3}, Test: []int32{7, 4, 6}}}
	if got := g.Splits(); !reflect.DeepEqual(got, split) {
		t.Errorf("splits %+v, want %+v", got, split)
	}
}

func TestDamagedPlanetoid(t *testing.T) {
	tiny := tinyPlanetoid(t)
	for _, c := range []struct{ part, content, want string }{
		{"test.index", "7\n4\nx\n", `line 3: "x" is not`},
		{"test.index", "7\n4\n", "2 nodes, features of 3"},
		{"test.index", "7\n4\n1\n", "test node 1"},
		{"test.index", "7\n4\n4\n", "test node 4"},
		{"test.index", "7\n4\n2000000000\n", "test node 2000000000"},
		{"graph", "\x80\x02cos\nsystem\n.", `"os.system"`},
		{"graph", "\x80\x02}(K\x00]K\x01]u.", "features of 4 nodes, but the graph has 2"},
		{"graph", "\x80\x02}(K\x00](K\x07eu.", "a neighbour of node 0: 7 instead of one of the 1 nodes"},
		{"graph", "\x80\x02}(K\x00]K\x00]u.", "node 0 comes twice"},
		{"graph", "\x80\x02}(U\x01a]u.", `"a" instead of`},
		{"ally", string(tiny["ind.tiny.ty"].Data), "labels of 3 nodes, features of 4"},
		{"ty", string(tiny["ind.tiny.y"].Data), "labels of 2 nodes, features of 3"},
		{"y", string(tiny["ind.tiny.graph"].Data), "a dictionary"},
		{"allx", string(tiny["ind.tiny.y"].Data), "expected a *numpy.Matrix"},
		{"allx", "", "truncated"},
	} {
		files := tinyPlanetoid(t)
		files["ind.tiny."+c.part] = &fstest.MapFile{Data: []byte(c.content)}
		_, err := ReadGraph(t.Context(), "planetoid", files, "tiny")
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "ind.tiny.") {
			t.Errorf("%s: error %v, want %q", c.part, err, c.want)
		}
	}
	files := tinyPlanetoid(t)
	delete(files, "ind.tiny.ally")
	if _, err := ReadGraph(t.Context(), "planetoid", files, "tiny"); err == nil || !strings.Contains(err.Error(), "ind.tiny.ally") {
		t.Errorf("error %v", err)
	}
}

func FuzzPlanetoid(f *testing.F) {
	parts := []string{"x", "y", "allx", "ally", "tx", "ty", "graph", "test.index"}
	tiny := tinyPlanetoid(f)
	for i, part := range parts {
		f.Add(i, tiny["ind.tiny."+part].Data)
	}
	f.Fuzz(func(t *testing.T, part int, content []byte) {
		files := tinyPlanetoid(t)
		files["ind.tiny."+parts[uint(part)%uint(len(parts))]] = &fstest.MapFile{Data: content}
		checkFuzzed(t, "planetoid", files, "tiny")
	})
}

// checkFuzzed reads a graph of any bytes: it must be an error or a graph that is
// not larger than its files.
func checkFuzzed(t *testing.T, format GraphFormat, files fstest.MapFS, name string) {
	t.Helper()
	size := 0
	for _, file := range files {
		size += len(file.Data)
	}
	g, err := ReadGraph(t.Context(), format, fs.FS(files), name)
	if err != nil {
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("an error of several lines: %v", err)
		}
		return
	}
	if limit := 1<<20 + 300*size; g.Nodes() > limit || g.Counts().Entries > limit {
		t.Errorf("%d nodes and %d entries of %d bytes", g.Nodes(), g.Counts().Entries, size)
	}
	g.Card()
}
