package data

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"espalier/internal/registry"
)

// graphDefinition is everything this package knows of a graph that has a name.
type graphDefinition struct {
	origin
	size GraphSize // what it must be
	// otherEdges says that the edges of size are counted in another way than here; they are
	// not checked.
	otherEdges bool
	remarks    []string // what users of the set should know
	format     GraphFormat
	file       string // its name in the format
	// amend changes what the file holds before it is a graph; nil changes nothing.
	amend func(ctx context.Context, files fs.FS, content *GraphContent) error
	// prepare does what papers do beyond making it undirected, without loops and
	// duplicates; nil does nothing.
	prepare func(*Graph) *Graph
}

// GraphSize is how large a graph is.
type GraphSize struct {
	Nodes    int `json:"nodes"`
	Edges    int `json:"edges"` // undirected, without loops
	Features int `json:"features"`
	Classes  int `json:"classes"`
}

// Size is how large the graph is.
func (g *Graph) Size() GraphSize {
	s := GraphSize{Nodes: g.Nodes(), Edges: g.Counts().Edges, Classes: g.Classes()}
	if f := g.Features(); f != nil {
		s.Features = f.Columns()
	}
	return s
}

// graphs are the registered graphs.
var graphs = registry.New[*graphDefinition]("graph")

func registerGraph(d graphDefinition) { graphs.Register(d.name, &d) }

func findGraph(name string) (*graphDefinition, error) {
	d, ok := graphs.Get(name)
	if _, isImages := imageSets.Get(name); !ok && isImages {
		return nil, &NoGraphError{Name: name}
	}
	if !ok {
		return nil, &UnknownError{Name: name}
	}
	return d, nil
}

// GraphNames lists the graphs that have a name, sorted.
func GraphNames() []string { return graphs.Names() }

// OpenGraph reads a graph as papers use it: undirected, without loops and duplicates,
// and with the changes that Remarks names. Cora is built in; any other is read from
// dir, as Open does, with the same errors. The numbers of nodes, edges, features and
// classes are always checked, digests by CheckGraph.
func OpenGraph(ctx context.Context, name, dir string) (*Graph, error) {
	return openGraph(ctx, name, dir, (*graphDefinition).open)
}

// OpenStoredGraph reads a graph exactly as stored in its files: directed, and with any
// loops and duplicates.
func OpenStoredGraph(ctx context.Context, name, dir string) (*Graph, error) {
	return openGraph(ctx, name, dir, (*graphDefinition).openStored)
}

func openGraph(ctx context.Context, name, dir string, open func(*graphDefinition, context.Context, *place) (*Graph, error)) (*Graph, error) {
	d, err := findGraph(name)
	if err != nil {
		return nil, err
	}
	p, err := d.locate(dir)
	if err != nil {
		return nil, err
	}
	defer p.close()
	return open(d, ctx, p)
}

// Remarks says what users of a named graph should know about it.
func Remarks(name string) ([]string, error) {
	d, err := findGraph(name)
	if err != nil {
		return nil, err
	}
	return slices.Clone(d.remarks), nil
}

func (d *graphDefinition) open(ctx context.Context, p *place) (*Graph, error) {
	g, err := d.openStored(ctx, p)
	if err != nil {
		return nil, err
	}
	g = d.prepared(g)
	size, want := g.Size(), d.size
	if d.otherEdges {
		want.Edges = size.Edges
	}
	if size != want {
		return nil, fmt.Errorf("data set %s: %d nodes, %d edges, %d features, %d classes, expected %d, %d, %d, %d", d.name,
			size.Nodes, size.Edges, size.Features, size.Classes, want.Nodes, want.Edges, want.Features, want.Classes)
	}
	return g, nil
}

// prepared makes of a graph as stored what papers use, under the name of the set.
func (d *graphDefinition) prepared(g *Graph) *Graph {
	g = g.simple()
	if d.prepare != nil {
		g = d.prepare(g)
	}
	g.content.Name = d.name
	return g
}

func (d *graphDefinition) openStored(ctx context.Context, p *place) (*Graph, error) {
	for _, f := range d.source.Files {
		if _, _, err := p.stat(f); err != nil {
			return nil, err
		}
	}
	folder, err := fs.Sub(p.files, p.folder)
	if err != nil {
		return nil, fmt.Errorf("data folder %s: %w", p.name, err)
	}
	read, err := graphFormats.Lookup(string(d.format))
	if err != nil {
		return nil, err
	}
	content, err := read(ctx, folder, d.file)
	if err == nil && d.amend != nil {
		err = d.amend(ctx, folder, &content)
	}
	if err != nil {
		var format *FormatError
		if errors.As(err, &format) {
			format.File = p.path(format.File)
			return nil, format
		}
		return nil, fmt.Errorf("data set %s: %w", d.name, err)
	}
	content.Name, content.Source = d.name+"/stored", d.source
	g, err := NewGraph(content)
	if err != nil {
		return nil, &FormatError{File: p.where(), Cause: err}
	}
	return g, nil
}
