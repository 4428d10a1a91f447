package data

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// openReal opens a graph from the data folders, or skips the test.
func openReal(t testing.TB, name string, open func(*graphDefinition, *place) (*Graph, error)) *Graph {
	t.Helper()
	folders := os.Getenv("ESPALIER_DATA")
	p, err := graphSet(name).locate(folders)
	if err != nil {
		t.Skipf("the real files of %s: set ESPALIER_DATA to a data folder that has them (%v)", name, err)
	}
	defer p.close()
	g, err := open(graphSet(name), p)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// facts are what is published of a graph.
type facts struct {
	stored     Counts
	entries    int // directed, once prepared
	edges      int
	degree     int // the greatest
	isolated   int
	components int
	largest    [2]int // nodes and edges of the largest component
	nonZeros   int    // of the features
	classes    []int
	homophily  float64 // rounded to four digits; −1 without labels
	splits     [][3]int
}

// repeated is the same split sizes so often.
func repeated(n, train, validation, test int) [][3]int {
	return slices.Repeat([][3]int{{train, validation, test}}, n)
}

// The published counts, and where those are silent the ones that SciPy computes of
// the same files.
var published = map[string]facts{
	"cora": {
		stored: Counts{10858, 302, 0, 5278}, entries: 10556, edges: 5278, degree: 168, components: 78,
		largest: [2]int{2485, 5069}, nonZeros: 49216, classes: []int{351, 217, 418, 818, 426, 298, 180},
		homophily: .81, splits: repeated(1, 140, 500, 1000),
	},
	"citeseer": {
		stored: Counts{9464, 236, 124, 4552}, entries: 9104, edges: 4552, degree: 99, isolated: 48, components: 438,
		largest: [2]int{2120, 3679}, nonZeros: 105165, classes: []int{264, 590, 668, 701, 596, 508},
		homophily: .7355, splits: repeated(1, 120, 500, 1000),
	},
	"amazon-computers": {
		stored: Counts{287209, 0, 0, 245861}, entries: 491722, edges: 245861, degree: 2992, isolated: 281, components: 314,
		largest: [2]int{13381, 245778}, nonZeros: 3675081, classes: []int{436, 2142, 1414, 542, 5158, 308, 487, 818, 2156, 291},
		homophily: .7772,
	},
	"amazon-photo": {
		stored: Counts{143663, 0, 1, 119081}, entries: 238162, edges: 119081, degree: 1434, isolated: 115, components: 136,
		largest: [2]int{7487, 119043}, nonZeros: 1979909, classes: []int{369, 1686, 703, 915, 882, 823, 1941, 331},
		homophily: .8272,
	},
	"coauthor-cs": {
		stored: Counts{163788, 0, 0, 81894}, entries: 163788, edges: 81894, degree: 136, components: 1,
		largest: [2]int{18333, 81894}, nonZeros: 1092079,
		classes:   []int{708, 462, 2050, 429, 1394, 2193, 371, 924, 775, 118, 1444, 2033, 420, 4136, 876},
		homophily: .8081,
	},
	"actor": {
		stored: Counts{26659, 0, 0, 26659}, entries: 53318, edges: 26659, degree: 1303, components: 1, largest: [2]int{7600, 26659},
		nonZeros: 40977, classes: []int{853, 1337, 1630, 1815, 1965}, homophily: .2167, splits: repeated(10, 3648, 2432, 1520),
	},
	"chameleon": {
		stored: Counts{31371, 0, 0, 31371}, entries: 62742, edges: 31371, degree: 732, components: 1, largest: [2]int{2277, 31371},
		nonZeros: 29157, classes: []int{456, 460, 453, 521, 387}, homophily: .2299, splits: repeated(10, 1092, 729, 456),
	},
	"chameleon-filtered": {
		stored: Counts{8854, 0, 0, 8854}, entries: 17708, edges: 8854, degree: 247, components: 1, largest: [2]int{890, 8854},
		nonZeros: 9903, classes: []int{242, 134, 209, 164, 141}, homophily: .2361,
		splits: [][3]int{
			{409, 287, 194}, {427, 302, 161}, {422, 290, 178}, {412, 294, 184}, {440, 268, 182},
			{434, 292, 164}, {418, 284, 188}, {421, 310, 159}, {431, 287, 172}, {426, 278, 186},
		},
	},
	"cornell": {
		stored: Counts{277, 0, 0, 277}, entries: 554, edges: 277, degree: 94, components: 1, largest: [2]int{183, 277},
		nonZeros: 17240, classes: []int{38, 16, 30, 82, 17}, homophily: .1227, splits: repeated(10, 87, 59, 37),
	},
	// Published is .296, over the 298 entries of Geom-GCN's file with their directions
	// and loops, which the file here is without.
	"cornell-literature": {
		stored: Counts{277, 0, 0, 277}, entries: 554, edges: 277, degree: 94, components: 1, largest: [2]int{183, 277},
		nonZeros: 15266, classes: []int{33, 1, 18, 101, 30}, homophily: .2563, splits: repeated(10, 87, 59, 37),
	},
	"texas": {
		stored: Counts{279, 0, 0, 279}, entries: 558, edges: 279, degree: 104, components: 1, largest: [2]int{183, 279},
		nonZeros: 15266, classes: []int{33, 1, 18, 101, 30}, homophily: .0609, splits: repeated(10, 87, 59, 37),
	},
	"minesweeper": {
		stored: Counts{39402, 0, 0, 39402}, entries: 78804, edges: 39402, degree: 8, components: 1, largest: [2]int{10000, 39402},
		nonZeros: 10000, classes: []int{8000, 2000}, homophily: .6828, splits: repeated(10, 5000, 2500, 2500),
	},
	"celegans": {stored: Counts{4296, 0, 0, 2148}, entries: 4296, edges: 2148, degree: 134, components: 1, largest: [2]int{297, 2148}, homophily: -1},
	"ns":       {stored: Counts{5484, 0, 0, 2742}, entries: 5484, edges: 2742, degree: 34, isolated: 128, components: 396, largest: [2]int{379, 914}, homophily: -1},
	"pb":       {stored: Counts{33428, 0, 0, 16714}, entries: 33428, edges: 16714, degree: 351, components: 1, largest: [2]int{1222, 16714}, homophily: -1},
	"power":    {stored: Counts{13188, 0, 0, 6594}, entries: 13188, edges: 6594, degree: 19, components: 1, largest: [2]int{4941, 6594}, homophily: -1},
	"usair":    {stored: Counts{4252, 0, 0, 2126}, entries: 4252, edges: 2126, degree: 139, components: 1, largest: [2]int{332, 2126}, homophily: -1},
	"yeast":    {stored: Counts{23386, 0, 0, 11693}, entries: 23386, edges: 11693, degree: 118, components: 1, largest: [2]int{2375, 11693}, homophily: -1},
	"college-msg": {
		stored: Counts{59835, 39539, 0, 13838}, entries: 27676, edges: 13838, degree: 255, components: 4, largest: [2]int{1893, 13835}, homophily: -1,
	},
}

func TestPublishedFacts(t *testing.T) {
	for _, name := range GraphNames() {
		t.Run(name, func(t *testing.T) {
			want, known := published[name]
			if !known {
				t.Skipf("nothing is known of %s but what its definition checks", name)
			}
			g := openReal(t, name, func(d *graphDefinition, p *place) (*Graph, error) { return d.open(t.Context(), p) })
			c := g.Card()
			got := facts{
				stored: c.Stored, entries: c.Entries, edges: c.Edges, degree: c.Degrees.Greatest, isolated: c.Isolated,
				components: c.Components, largest: [2]int{c.Largest.Nodes, c.Largest.Edges}, nonZeros: c.NonZeros,
				classes: c.ClassCounts, homophily: -1,
			}
			if h, ok := g.Homophily(); ok {
				got.homophily = rounded(h)
			}
			for _, s := range c.Splits {
				got.splits = append(got.splits, [3]int{s.Train, s.Validation, s.Test})
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("\n got %+v\nwant %+v", got, want)
			}
			if c.Duplicates != 0 || c.Loops != 0 || !c.Undirected || c.Name != name {
				t.Errorf("card %+v", c)
			}
			report, err := CheckGraph(t.Context(), name, os.Getenv("ESPALIER_DATA"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range report.Files {
				if !file.Known {
					t.Errorf("no digest of %s is known", file.Path)
				}
			}
		})
	}
}

func rounded(x float64) float64 { return math.Round(x*1e4) / 1e4 }

func TestGraphDefinitionsAreWhole(t *testing.T) {
	digest := regexp.MustCompile(`^[0-9a-f]{64}$`)
	for _, name := range GraphNames() {
		d := graphSet(name)
		if d.source.Title == "" || d.source.Home == "" || d.source.Licence == "" || d.source.Citation == "" || len(d.folders) == 0 {
			t.Errorf("%s: %+v", name, d.source)
		}
		if d.size.Nodes < 1 || d.size.Edges < 1 {
			t.Errorf("%s is of size %+v", name, d.size)
		}
		if _, err := graphFormats.Lookup(string(d.format)); err != nil || d.file == "" {
			t.Errorf("%s: format %q of file %q", name, d.format, d.file)
		}
		for _, f := range d.source.Files {
			if d.address != "" && (f.Bytes <= 0 || !digest.MatchString(f.SHA256)) {
				t.Errorf("%s can be downloaded, but its file is %+v", name, f)
			}
		}
		if imageSet(name) != nil {
			t.Errorf("%s is a set of images too", name)
		}
	}
}

// A file of another size is refused; only edges that are counted in another way are not
// looked at.
func TestSizesAreChecked(t *testing.T) {
	folder := t.TempDir()
	writeFiles(t, folder, map[string][]byte{"set/data.json": []byte(`{"features": [[1, 0], [0, 2]], "labels": [1, 0], "links": [[1], []],
		"train_masks": [[true, false]], "val_masks": [[false, true]], "test_mask": [false, false]}`)})
	right := GraphSize{Nodes: 2, Edges: 1, Features: 2, Classes: 2}
	for _, c := range []struct {
		change     func(*GraphSize)
		otherEdges bool
		passes     bool
	}{
		{func(*GraphSize) {}, false, true},
		{func(s *GraphSize) { s.Edges = 3 }, false, false},
		{func(s *GraphSize) { s.Edges = 3 }, true, true},
		{func(s *GraphSize) { s.Nodes = 3 }, true, false},
		{func(s *GraphSize) { s.Features = 3 }, true, false},
		{func(s *GraphSize) { s.Classes = 3 }, true, false},
	} {
		d := graphDefinition{
			origin: origin{name: "set", source: Source{Files: []File{{Name: "data.json"}}}, folders: []string{"set"}},
			size:   right, otherEdges: c.otherEdges, format: "wiki-cs", file: "data.json",
		}
		c.change(&d.size)
		p, err := d.locate(folder)
		if err != nil {
			t.Fatal(err)
		}
		defer p.close()
		if _, err := d.open(t.Context(), p); (err == nil) != c.passes {
			t.Errorf("%+v, edges counted otherwise %t: error %v", d.size, c.otherEdges, err)
		}
	}
	if size, err := SizeOfGraph("wiki-cs"); err != nil || size != graphSet("wiki-cs").size {
		t.Errorf("wiki-cs is of size %+v, %v", size, err)
	}
	if _, err := SizeOfGraph("karate"); err == nil {
		t.Error("an unknown graph has a size")
	}
}

func TestGraphsThatAreNotThere(t *testing.T) {
	for name, want := range map[string]string{
		"citeseer":    "`espalier data get citeseer`",
		"pubmed":      "download it from https://github.com/kimiyoung/planetoid/tree/master/data",
		"wisconsin":   "download it from https://github.com/yandex-research/heterophilous-graphs/raw/main/data/wisconsin.npz",
		"wiki-cs":     "download it from https://github.com/pmernyei/wiki-cs-dataset",
		"ogbn-arxiv":  "download it from http://snap.stanford.edu/ogb",
		"college-msg": "download it from https://snap.stanford.edu/data/CollegeMsg",
	} {
		for _, dir := range []string{"", t.TempDir()} {
			_, err := OpenGraph(t.Context(), name, dir)
			var missing *MissingError
			if !errors.As(err, &missing) || missing.Set != name || missing.Folder != dir || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %q", err, want)
			}
		}
	}
	folder := t.TempDir()
	writeFiles(t, folder, map[string][]byte{"planetoid/ind.pubmed.x": nil})
	_, err := OpenGraph(t.Context(), "pubmed", folder)
	if missing := (*MissingError)(nil); !errors.As(err, &missing) || missing.File != "planetoid/ind.pubmed.y" || missing.Home == "" {
		t.Errorf("error %v", err)
	}
	if err := Get(t.Context(), "pubmed", folder, GetOptions{}); err == nil || !strings.Contains(err.Error(), "download them from") {
		t.Errorf("error %v", err)
	}
}

func TestGraphsAndImagesAreNotMixedUp(t *testing.T) {
	_, images := Open(t.Context(), "cora", "")
	_, graph := OpenGraph(t.Context(), "digits", "")
	_, none := OpenGraph(t.Context(), "karate", "")
	for want, err := range map[string]error{"cora is a graph": images, "digits is a set of images": graph, "the graphs actor": none} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestDamagedGraphsNameTheFile(t *testing.T) {
	folder := t.TempDir()
	writeFiles(t, folder, map[string][]byte{"heterophilous/texas.npz": []byte("no archive")})
	_, err := OpenGraph(t.Context(), "texas", folder)
	var format *FormatError
	if !errors.As(err, &format) || !strings.Contains(err.Error(), "texas.npz") || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func BenchmarkOpenCora(b *testing.B) {
	for b.Loop() {
		if _, err := OpenGraph(b.Context(), "cora", ""); err != nil {
			b.Fatal(err)
		}
	}
}
