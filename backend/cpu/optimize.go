package cpu

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
)

// ir is a function while it is compiled.
type ir struct {
	function *Function
	nodes    []*node
	outputs  []*value
	units    []unit
	// lazy nodes are computed by their readers.
	lazy map[*node]bool
}

// unit is a part of a program that runs as one: a node, or a fused group of element-wise
// nodes, or a node with an epilogue. The epilogue is fused, or else then: moments or an
// optimizer's step.
type unit struct {
	node  *node
	fused *cluster
	then  *node
}

// optimize reduces a function to what its results need and puts it in order.
func optimize(f *Function, s *summary) (*ir, error) {
	g := &ir{function: f, nodes: f.nodes, outputs: f.outputs}
	s.recorded = len(f.nodes)
	s.dead = g.sweep()
	if err := g.reduce(s); err != nil {
		return nil, err
	}
	s.dead += g.sweep()
	g.fuseUpdates(s)
	g.schedule(s)
	g.attachEpilogues(s)
	g.rematerialize()
	return g, nil
}

// sweep drops the nodes that no output needs and returns how many. Nodes stay in
// the order in which they were recorded, which puts operands first.
func (g *ir) sweep() int {
	live := map[*node]bool{}
	var stack []*node
	visit := func(v *value) {
		if !live[v.node] {
			live[v.node] = true
			stack = append(stack, v.node)
		}
	}
	for _, v := range g.outputs {
		visit(v)
	}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, v := range n.operands {
			visit(v)
		}
	}
	kept := make([]*node, 0, len(live))
	for _, n := range g.nodes {
		if live[n] {
			kept = append(kept, n)
		}
	}
	dropped := len(g.nodes) - len(kept)
	g.nodes = kept
	return dropped
}

// reducer replaces nodes by simpler ones, constants, or earlier nodes like them.
type reducer struct {
	graph    *ir
	summary  *summary
	nodes    []*node
	replaced map[*value]*value
	known    map[string]*node
	names    map[*value]int
	// pools are the results of pooling that a gradient may need.
	pools map[string]*value
	// rectified are the results of max(x, 0), by x.
	rectified map[*value]*value
}

// reduce goes once through the graph. Operands come before their users, so one pass sees
// everything that follows from a replacement.
func (g *ir) reduce(s *summary) error {
	r := &reducer{graph: g, summary: s, replaced: map[*value]*value{}, known: map[string]*node{}, names: map[*value]int{}, pools: map[string]*value{}, rectified: map[*value]*value{}}
	for _, n := range g.nodes {
		if err := r.node(n); err != nil {
			return err
		}
	}
	g.nodes = r.nodes
	for i, v := range g.outputs {
		g.outputs[i] = r.current(v)
	}
	return nil
}

// current is the value that has replaced v, or v.
func (r *reducer) current(v *value) *value {
	if by, ok := r.replaced[v]; ok {
		return by
	}
	return v
}

func (r *reducer) node(n *node) error {
	for i, v := range n.operands {
		n.operands[i] = r.current(v)
	}
	if by := r.simplify(n); by != nil {
		r.replaced[n.result()] = by
		r.summary.merged++
		return nil
	}
	if isFoldable(n) {
		if err := r.fold(n); err != nil {
			return err
		}
	}
	key := r.key(n)
	if key == "" {
		r.add(n)
		return nil
	}
	if earlier, ok := r.known[key]; ok {
		for i, v := range n.results {
			r.replaced[v] = earlier.results[i]
		}
		r.summary.merged++
		return nil
	}
	r.known[key] = n
	r.add(n)
	return nil
}

func (r *reducer) add(n *node) {
	r.nodes = append(r.nodes, n)
	for _, v := range n.results {
		r.names[v] = len(r.names)
	}
	if n.op == compute.OpTypeReduceWindow {
		r.rememberPool(n)
	}
}

// key is equal for nodes that compute the same; it is empty for those that stay
// apart.
func (r *reducer) key(n *node) string {
	switch n.op {
	case compute.OpTypeParameter, compute.OpTypeCapturedValue,
		compute.OpTypeOptimizationBarrier, compute.OpTypeSchedulingBarrier, compute.OpTypeIdentity:
		return ""
	case compute.OpTypeConstant:
		c := n.attributes.(*constant)
		if len(c.memory.bytes) > 64 {
			return ""
		}
		return fmt.Sprint(c.shape, c.memory.bytes)
	}
	var out strings.Builder
	fmt.Fprint(&out, int(n.op))
	for _, v := range n.operands {
		fmt.Fprint(&out, " ", r.names[v])
	}
	for _, v := range n.results {
		fmt.Fprint(&out, v.shape.DType, v.shape.Dimensions)
	}
	if n.attributes != nil {
		fmt.Fprintf(&out, "%+v", n.attributes)
	}
	return out.String()
}

// maxFolded is the size in bytes up to which a result becomes a constant.
const maxFolded = 4096

// isFoldable says that a node's result is small and known now.
func isFoldable(n *node) bool {
	if len(n.results) != 1 || byteSize(n.result().shape) > maxFolded {
		return false
	}
	switch n.op {
	case compute.OpTypeConstant, compute.OpTypeParameter, compute.OpTypeCapturedValue,
		compute.OpTypeOptimizationBarrier, compute.OpTypeSchedulingBarrier,
		compute.OpTypeIf, compute.OpTypeWhile, compute.OpTypeCall, compute.OpTypeSort:
		return false
	case compute.OpTypeBroadcastInDim:
		// Whoever reads it repeats the operand's few elements himself.
		return false
	}
	for _, v := range n.operands {
		if v.node.op != compute.OpTypeConstant {
			return false
		}
	}
	return true
}

// fold computes a node and makes it a constant.
func (r *reducer) fold(n *node) error {
	content, err := evaluate(r.graph.function, n)
	if err != nil {
		return err
	}
	n.op, n.operands, n.replay, n.stock = compute.OpTypeConstant, nil, nil, nil
	n.attributes = &constant{memory: content, shape: n.result().shape}
	r.summary.folded++
	return nil
}

// evaluate runs a node whose operands are constants.
func evaluate(f *Function, n *node) (*memory, error) {
	content := newMemory(byteSize(n.result().shape))
	if isView(n.op) {
		copy(content.bytes, n.operands[0].node.attributes.(*constant).memory.bytes)
		return content, nil
	}
	p := &program{backend: f.builder.backend, name: n.op.String()}
	l := newLowering(p)
	for _, v := range n.operands {
		l.leaf(v)
	}
	if err := l.node(n); err != nil {
		return nil, err
	}
	l.outputs(n.results)
	p.plan()
	return content, p.call(nil, []unsafe.Pointer{content.base})
}

// newNode makes a node that was not recorded.
func (r *reducer) newNode(n *node, result shapes.Shape) *value {
	n.function = r.graph.function
	n.setResults([]shapes.Shape{result})
	r.add(n)
	return n.result()
}
