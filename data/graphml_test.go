package data

import (
	"bytes"
	"encoding/xml"
	"errors"
	"testing"
)

func TestWriteGraphML(t *testing.T) {
	g, err := NewGraph(GraphContent{
		Name: `a<"b">&`, Nodes: 3, Edges: []Edge{{0, 1}, {1, 0}, {2, 2}}, Classes: 2, Labels: []int32{1, 0, 1},
		Splits: []NodeSplit{{Name: "public", Train: []int32{0}, Test: []int32{2}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := g.WriteGraphML(&file); err != nil {
		t.Fatal(err)
	}
	const want = `<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="label" for="node" attr.name="label" attr.type="int"/>
  <key id="split0" for="node" attr.name="split public" attr.type="string"/>
  <graph id="a&lt;&#34;b&#34;&gt;&amp;" edgedefault="undirected">
    <node id="n0"><data key="label">1</data><data key="split0">train</data></node>
    <node id="n1"><data key="label">0</data></node>
    <node id="n2"><data key="label">1</data><data key="split0">test</data></node>
    <edge source="n0" target="n1"/>
    <edge source="n2" target="n2"/>
  </graph>
</graphml>
`
	if file.String() != want {
		t.Errorf("got\n%s\nwant\n%s", file.String(), want)
	}
	var parsed struct {
		Graph struct {
			ID string `xml:"id,attr"`
		} `xml:"graph"`
	}
	if err := xml.Unmarshal(file.Bytes(), &parsed); err != nil || parsed.Graph.ID != g.Name() {
		t.Errorf("id %q, %v", parsed.Graph.ID, err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestWriteGraphMLTellsFailures(t *testing.T) {
	if err := randomGraph(t, 1).WriteGraphML(failing{}); err == nil || err.Error() != "no room" {
		t.Errorf("error %v", err)
	}
}
