package gnn

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/internal/registry"
	"espalier/nn"
	"espalier/seed"
)

// Network is a graph network with its hyper-parameters, a plain value whose zero value
// is the paper's network. A new one is one file that implements this interface.
type Network interface {
	// Kind names the type of network, as in "gcn".
	Kind() nn.Kind
	// Check reports hyper-parameters that cannot work.
	Check() error
	// Parameters lists the parameters in the order of the layers, for a graph of a
	// shape. The names are the layer's and the role's, as in "convolution1.weight".
	Parameters(s Shape) []nn.Parameter
	// Messages says how much the network sends along edges.
	Messages(s Shape) Messages
	// Build adds the network to a GoMLX graph and returns its logits [nodes, classes].
	Build(b *Builder) *graph.Node
}

// Messages are how many numbers a network sends in one inference, over all layers.
type Messages struct {
	Edges int // along each edge
	Loops int // along the loop that each node gets, 0 where there are none
}

// looped are messages along edges and loops alike.
func looped(width int) Messages { return Messages{Edges: width, Loops: width} }

// Roles of parameters that only graph networks have. They are not weights: pruning
// leaves them alone.
const (
	// SourceAttention and TargetAttention [heads, units] rate the ends of an edge.
	SourceAttention nn.Role = "source_attention"
	TargetAttention nn.Role = "target_attention"
	// Epsilon [1] is how much more a node's own row counts, in GIN.
	Epsilon nn.Role = "epsilon"
)

// None is the rate of a dropout that is turned off, since 0 stands for the paper's
// rate.
const None = -1

// networks are the registered networks.
var networks = registry.New[Network]("graph network")

func register(n Network) { networks.Register(string(n.Kind()), n) }

// Names lists the networks.
func Names() []string { return networks.Names() }

// Lookup returns the network of a name as its paper has it.
func Lookup(name string) (Network, error) { return networks.Lookup(name) }

// Initialize draws a network's initial parameters for a graph of a shape: weights and
// attention from the initializer, which is GlorotUniform if it is empty; biases,
// offsets, running means and GIN's ε are 0, scales and running variances 1. Each draws
// from its own stream of random numbers, named after it.
func Initialize(n Network, s Shape, initializer nn.Initializer, from seed.Seed) (nn.Weights, error) {
	if err := n.Check(); err != nil {
		return nil, err
	}
	if initializer == "" {
		initializer = nn.GlorotUniform
	}
	if err := initializer.Check(); err != nil {
		return nil, err
	}
	weights := make(nn.Weights)
	for _, p := range n.Parameters(s) {
		name := p.Name
		if p.Role == SourceAttention || p.Role == TargetAttention {
			p.Role = nn.Weight // drawn like one
		}
		weights[name] = initializer.Draw(p, from)
	}
	return weights, nil
}

// parameters collects those of a network layer by layer.
type parameters struct {
	kind  nn.Kind
	nodes int
	list  []nn.Parameter
}

func (n Shape) parameters(kind nn.Kind) *parameters { return &parameters{kind: kind, nodes: n.Nodes} }

func (p *parameters) add(layer string, role nn.Role, shape ...int) {
	parameter := nn.Parameter{Name: layer + "." + string(role), Layer: layer, Kind: p.kind, Role: role, Shape: shape}
	if role == nn.Weight {
		parameter.Positions = p.nodes
	}
	p.list = append(p.list, parameter)
}

// linear adds a weight [in, out] and perhaps a bias.
func (p *parameters) linear(layer string, in, out int, bias bool) {
	p.add(layer, nn.Weight, in, out)
	if bias {
		p.add(layer, nn.Bias, out)
	}
}

// checks reports the first of some errors.
func checks(kind nn.Kind, errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
	}
	return nil
}

// nonNegative reports a number below 0, where 0 stands for a default.
func nonNegative(what string, n int) error {
	if n < 0 {
		return fmt.Errorf("%d %s; they must not be negative", n, what)
	}
	return nil
}

// rate reports a dropout rate of 1 or more.
func rate(what string, r float64) error {
	if !(r < 1) {
		return fmt.Errorf("%s of rate %v; it must be below 1", what, r)
	}
	return nil
}

// orDefault is a rate with its default for 0, and 0 for None.
func orDefault(r, standard float64) float64 {
	if r == 0 {
		return standard
	}
	return max(r, 0)
}
