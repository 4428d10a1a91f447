package data

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// npyOf writes integers as a .npy file; a kind of |b1 makes truth values.
func npyOf(kind, shape string, numbers ...int32) []byte {
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n", kind, shape)
	file := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), 0)
	file = append(file, header...)
	for _, n := range numbers {
		if kind == "|b1" {
			file = append(file, byte(n))
		} else {
			file = binary.LittleEndian.AppendUint32(file, uint32(n))
		}
	}
	return file
}

// npzOf writes an .npz file.
func npzOf(t testing.TB, arrays map[string][]byte) []byte {
	t.Helper()
	var file bytes.Buffer
	w := zip.NewWriter(&file)
	for name, content := range arrays {
		entry, err := w.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := entry.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func textFiles(files map[string]string) fstest.MapFS {
	made := fstest.MapFS{}
	for name, content := range files {
		made[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return made
}

// samples are small graphs of each format, and what they are.
func samples(t testing.TB) []struct {
	format GraphFormat
	name   string
	files  fstest.MapFS
	want   GraphContent
} {
	features := func(rows, columns int, values ...float32) *Features {
		f, err := NewDenseFeatures(rows, columns, values)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	matlabFile, err := os.ReadFile("../internal/matlab/testdata/square.mat")
	if err != nil {
		t.Fatal(err)
	}
	benchmark := npzOf(t, map[string][]byte{
		"adj_data": npyOf("<i4", "2,", 1, 1), "adj_indices": npyOf("<i4", "2,", 1, 0), "adj_indptr": npyOf("<i4", "4,", 0, 1, 1, 2), "adj_shape": npyOf("<i4", "2,", 3, 3),
		"attr_data": npyOf("<i4", "2,", 5, 6), "attr_indices": npyOf("<i4", "2,", 1, 0), "attr_indptr": npyOf("<i4", "4,", 0, 1, 1, 2), "attr_shape": npyOf("<i4", "2,", 3, 4),
		"labels": npyOf("<i4", "3,", 1, 0, 1),
	})
	heterophilous := npzOf(t, map[string][]byte{
		"node_features": npyOf("<i4", "3, 1", 7, 0, 8), "node_labels": npyOf("<i4", "3,", 0, 2, 1), "edges": npyOf("<i4", "2, 2", 0, 1, 1, 2),
		"train_masks": npyOf("|b1", "2, 3", 1, 0, 0, 0, 1, 0), "val_masks": npyOf("|b1", "2, 3", 0, 1, 0, 1, 0, 0), "test_masks": npyOf("|b1", "2, 3", 0, 0, 1, 0, 0, 1),
	})
	mask := npzOf(t, map[string][]byte{
		"train_mask": npyOf("|b1", "3,", 1, 0, 0), "val_mask": npyOf("|b1", "3,", 0, 1, 0), "test_mask": npyOf("|b1", "3,", 0, 0, 1),
	})
	given := []NodeSplit{{Name: "given", Train: []int32{0}, Validation: []int32{1}, Test: []int32{2}}}
	return []struct {
		format GraphFormat
		name   string
		files  fstest.MapFS
		want   GraphContent
	}{
		{"gnn-benchmark", "g.npz", textFiles(map[string]string{"g.npz": string(benchmark)}), GraphContent{
			Nodes: 3, Edges: []Edge{{2, 0}, {0, 1}}, Features: features(3, 4, 0, 5, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0), Classes: 2, Labels: []int32{1, 0, 1},
		}},
		{"heterophilous", "g.npz", textFiles(map[string]string{"g.npz": string(heterophilous)}), GraphContent{
			Nodes: 3, Edges: []Edge{{0, 1}, {1, 2}}, Features: features(3, 1, 7, 0, 8), Classes: 3, Labels: []int32{0, 2, 1},
			Splits: []NodeSplit{{"0", []int32{0}, []int32{1}, []int32{2}}, {"1", []int32{1}, []int32{0}, []int32{2}}},
		}},
		{"geom-gcn", "g", textFiles(map[string]string{
			"new_data/g/out1_node_feature_label.txt": "node_id\tfeature\tlabel\n1\t0,1,0\t1\n0\t1,0,0\t0\n2\t0,0,0\t0\n",
			"new_data/g/out1_graph_edges.txt":        "node_id\tnode_id\n0\t1\n2\t2\n0\t1\n",
			"splits/g_split_0.6_0.2_3.npz":           string(mask),
		}), GraphContent{
			Nodes: 3, Edges: []Edge{{0, 1}, {0, 1}, {2, 2}}, Features: features(3, 3, 1, 0, 0, 0, 1, 0, 0, 0, 0), Classes: 2, Labels: []int32{0, 1, 0},
			Splits: []NodeSplit{{"3", []int32{0}, []int32{1}, []int32{2}}},
		}},
		{"geom-gcn", "film", textFiles(map[string]string{
			"new_data/film/out1_node_feature_label.txt": "node_id\tfeature\tlabel\n0\t4,1,4\t0\n1\t2\t1\n",
			"new_data/film/out1_graph_edges.txt":        "node_id\tnode_id\n1\t0\n",
		}), GraphContent{Nodes: 2, Edges: []Edge{{1, 0}}, Features: features(2, 5, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0), Classes: 2, Labels: []int32{0, 1}}},
		{"matlab", "g.mat", textFiles(map[string]string{"g.mat": string(matlabFile)}), GraphContent{
			Nodes: 3, Edges: []Edge{{1, 0}, {0, 1}, {2, 1}},
		}},
		{"timed", "g.txt", textFiles(map[string]string{"g.txt": "# from to time\n10 30 5\n30 20 6\n\n10 30 7\n"}), GraphContent{
			Nodes: 3, Edges: []Edge{{2, 1}, {0, 2}, {0, 2}},
		}},
		{"csv", "g", textFiles(map[string]string{
			"g/edges.csv": "from,to\n0,1\n1 , 2\n", "g/features.csv": "a,b\n1,2\n0,.5\n-3,1e1\n", "g/labels.csv": "0\n1\n1\n",
			"g/train.csv": "0\n", "g/validation.csv": "1\n", "g/test.csv": "2\n",
		}), GraphContent{
			Nodes: 3, Edges: []Edge{{0, 1}, {1, 2}}, Features: features(3, 2, 1, 2, 0, .5, -3, 10), Classes: 2, Labels: []int32{0, 1, 1}, Splits: given,
		}},
		{"csv", "bare", textFiles(map[string]string{"bare/edges.csv": "0,4\n"}), GraphContent{Nodes: 5, Edges: []Edge{{0, 4}}}},
		{"ogb", "g", textFiles(map[string]string{
			"g/raw/edge.csv.gz": string(zipped(t, []byte("0,1\n2,1\n"))), "g/raw/node-feat.csv.gz": string(zipped(t, []byte("1.5\n0\n2\n"))), "g/raw/node-label.csv": "0\n0\n1\n",
			"g/split/time/train.csv.gz": string(zipped(t, []byte("0\n"))), "g/split/time/valid.csv": "1\n", "g/split/time/test.csv": "2\n",
		}), GraphContent{
			Nodes: 3, Edges: []Edge{{0, 1}, {2, 1}}, Features: features(3, 1, 1.5, 0, 2), Classes: 2, Labels: []int32{0, 0, 1}, Splits: given,
		}},
		{"wiki-cs", "data.json", textFiles(map[string]string{"data.json": `{"features": [[1, 0], [0.5, 2]], "labels": [1, 0], "links": [[1], []],
			"train_masks": [[true, false]], "val_masks": [[false, false]], "stopping_masks": [[false, false]], "test_mask": [false, true]}`}), GraphContent{
			Nodes: 2, Edges: []Edge{{0, 1}}, Features: features(2, 2, 1, 0, .5, 2), Classes: 2, Labels: []int32{1, 0},
			Splits: []NodeSplit{{Name: "0", Train: []int32{0}, Test: []int32{1}}},
		}},
	}
}

func TestFormats(t *testing.T) {
	seen := map[GraphFormat]bool{"planetoid": true} // which has a test of its own
	for _, s := range samples(t) {
		seen[s.format] = true
		g, err := ReadGraph(t.Context(), s.format, s.files, s.name)
		if err != nil {
			t.Errorf("%s: %v", s.format, err)
			continue
		}
		want, err := NewGraph(s.want)
		if err != nil {
			t.Fatal(err)
		}
		if g.Digest() != want.Digest() || !reflect.DeepEqual(g.Splits(), want.Splits()) || !reflect.DeepEqual(g.Edges(), want.Edges()) || g.Name() != s.name {
			t.Errorf("%s: %+v, want %+v", s.format, g, want)
		}
	}
	for _, format := range GraphFormats() {
		if !seen[format] {
			t.Errorf("format %s has no sample", format)
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	if _, err := ReadGraph(t.Context(), "gml", fstest.MapFS{}, "g"); err == nil || !strings.Contains(err.Error(), "heterophilous") {
		t.Errorf("error %v", err)
	}
}

func TestMissingFilesOfFormats(t *testing.T) {
	for _, format := range GraphFormats() {
		if _, err := ReadGraph(t.Context(), format, fstest.MapFS{}, "g"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: error %v", format, err)
		}
	}
}

func TestDamagedFormats(t *testing.T) {
	film := "new_data/g/out1_node_feature_label.txt"
	for _, c := range []struct {
		format  GraphFormat
		name    string
		changed map[string]string
		want    string
	}{
		{"gnn-benchmark", "g.npz", map[string]string{"g.npz": "no archive"}, "zip"},
		{"gnn-benchmark", "g.npz", map[string]string{"g.npz": string(npzOf(t, nil))}, `no array "adj_shape"`},
		{"heterophilous", "g.npz", map[string]string{"g.npz": string(npzOf(t, map[string][]byte{
			"node_labels": npyOf("<i4", "1,", 0), "node_features": npyOf("<i4", "1, 1", 0), "edges": npyOf("<i4", "1, 2", 0, 1),
			"train_masks": npyOf("|b1", "0, 1"), "val_masks": npyOf("|b1", "0, 1"), "test_masks": npyOf("|b1", "0, 1"),
		}))}, "an edge from 0 to 1, but there are 1 nodes"},
		{"heterophilous", "g.npz", map[string]string{"g.npz": string(npzOf(t, map[string][]byte{
			"node_labels": npyOf("<i4", "1,", -1), "node_features": npyOf("<i4", "1, 1", 0), "edges": npyOf("<i4", "0, 2"),
			"train_masks": npyOf("|b1", "0, 1"), "val_masks": npyOf("|b1", "0, 1"), "test_masks": npyOf("|b1", "0, 1"),
		}))}, "labels"},
		{"heterophilous", "g.npz", map[string]string{"g.npz": string(npzOf(t, map[string][]byte{
			"node_labels": npyOf("<i4", "0,"), "node_features": npyOf("<i4", "0, 1"), "edges": npyOf("<i4", "0, 2"), "train_masks": npyOf("|b1", "2000000000, 0"),
		}))}, "2000000000 splits"},
		{"geom-gcn", "g", map[string]string{film: "h\n0\t2000000000\t0\n"}, "2000000001 columns"},
		{"csv", "g", map[string]string{"g/labels.csv": "0\n0\n2000000000\n"}, "2000000001 classes; there can be 65536"},
		{"geom-gcn", "g", map[string]string{film: "h\n0\t1\n"}, "line 2: 2 columns, expected 3"},
		{"geom-gcn", "g", map[string]string{film: "h\n0\t1\t0\n0\t1\t0\n"}, "node 0 comes twice"},
		{"geom-gcn", "g", map[string]string{film: "h\n5\t1\t0\n"}, "node 0 is not there"},
		{"geom-gcn", "g", map[string]string{film: "h\n0\t\t0\n"}, "the features"},
		{"geom-gcn", "g", map[string]string{"new_data/g/out1_graph_edges.txt": "h\n0\t3\n"}, `line 2: "3" is not a number from 0 to 2`},
		{"matlab", "g.mat", map[string]string{"g.mat": "no file"}, "MATLAB"},
		{"timed", "g.txt", map[string]string{"g.txt": "1 2\n"}, "line 1: 2 columns"},
		{"timed", "g.txt", map[string]string{"g.txt": "1 2 x\n"}, `"x" is not an integer`},
		{"timed", "g.txt", map[string]string{"g.txt": string(zipped(t, bytes.Repeat([]byte{'\n'}, 16<<20)))}, "times the size"},
		{"timed", "g.txt", map[string]string{"g.txt": strings.Repeat("1", 5<<20)}, "longer line"},
		{"csv", "g", map[string]string{"g/edges.csv": "0,1,2\n"}, "3 columns, expected 2"},
		{"csv", "g", map[string]string{"g/edges.csv": "0,1\n0,-1\n"}, "line 2"},
		{"csv", "g", map[string]string{"g/edges.csv": "0,3\n"}, "an edge from 0 to 3, but there are 3 nodes"},
		{"csv", "g", map[string]string{"g/features.csv": "1,2\n3\n"}, "1 columns, expected 2"},
		{"csv", "g", map[string]string{"g/features.csv": "1,NaN\n"}, `"NaN" is not a number`},
		{"csv", "g", map[string]string{"g/labels.csv": "1\n"}, "1 labels"},
		{"csv", "g", map[string]string{"g/train.csv": "0\n2\n"}, "node 2 twice"},
		{"csv", "bare", map[string]string{"bare/edges.csv": "0,2000000000\n"}, "1 edges name node 2000000000"},
		{"wiki-cs", "data.json", map[string]string{"data.json": "{"}, "JSON"},
		{"wiki-cs", "data.json", map[string]string{"data.json": `{"labels": [0]}`}, "do not fit together"},
	} {
		for _, s := range samples(t) {
			if s.format != c.format || s.name != c.name {
				continue
			}
			for name, content := range c.changed {
				s.files[name] = &fstest.MapFile{Data: []byte(content)}
			}
			_, err := ReadGraph(t.Context(), c.format, s.files, c.name)
			if err == nil || !strings.Contains(err.Error(), c.want) || !errors.As(err, new(*FormatError)) || len(err.Error()) > 400 {
				t.Errorf("%s: error %v, want %q", c.format, err, c.want)
			}
		}
	}
}

// FuzzFormats changes one file of a sample.
func FuzzFormats(f *testing.F) {
	all := samples(f)
	for i, s := range all {
		for _, file := range s.files {
			f.Add(i, 0, file.Data)
		}
	}
	f.Fuzz(func(t *testing.T, sample, which int, content []byte) {
		s := all[uint(sample)%uint(len(all))]
		names := slices.Sorted(maps.Keys(s.files))
		files := maps.Clone(s.files)
		files[names[uint(which)%uint(len(names))]] = &fstest.MapFile{Data: content}
		checkFuzzed(t, s.format, files, s.name)
	})
}
