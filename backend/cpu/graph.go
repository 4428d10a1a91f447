package cpu

import (
	"fmt"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// value is one result of a node: what GoMLX holds as a compute.Value.
type value struct {
	node  *node
	index int
	shape shapes.Shape
}

// node is one recorded operation.
type node struct {
	function *Function
	op       compute.OpType
	operands []*value
	results  []*value
	// attributes hold everything that the results depend on besides the operands. Nodes of
	// one operation with the same operands and attributes that print alike are merged.
	attributes any
	// replay records the operation in a function of another backend.
	replay replay
	// stock is the operation as a program of the stock backend, where no kernel
	// here takes it.
	stock *stockProgram
}

// replay records an operation with operands of another backend.
type replay func(f compute.Function, in []compute.Value) ([]compute.Value, error)

// result of a node that has one.
func (n *node) result() *value { return n.results[0] }

// signature is the operation with its operands' shapes, for messages.
func (n *node) signature() string { return signature(n.op, n.operands) }

func signature(op compute.OpType, operands []*value) string {
	names := make([]string, len(operands))
	for i, operand := range operands {
		names[i] = operand.shape.String()
	}
	return fmt.Sprintf("%s(%s)", opName(op), strings.Join(names, ", "))
}

// within adds the name of an operation and its operands' shapes to an error about a part
// of it.
func within(err *error, op string, operands ...compute.Value) {
	if *err == nil {
		return
	}
	var names []string
	for _, operand := range operands {
		switch v := operand.(type) {
		case nil:
		case *value:
			names = append(names, v.shape.String())
		default:
			names = append(names, fmt.Sprintf("%T", v))
		}
	}
	*err = errors.WithMessagef(*err, "cpu: %s(%s)", op, strings.Join(names, ", "))
}

// recording is an operation about to become a node.
type recording struct {
	op         compute.OpType
	operands   []compute.Value
	attributes any
	// infer returns the results' shapes; without it they are asked of the stock
	// backend.
	infer  func(in []shapes.Shape) ([]shapes.Shape, error)
	replay replay
}

// record checks an operation and adds it to the function. A panic in shape inference
// becomes an error.
func (f *Function) record(r recording) (n *node, err error) {
	operands, err := f.resolve(r.op, r.operands)
	if err != nil {
		return nil, err
	}
	defer func() {
		if cause := recover(); cause != nil {
			n, err = nil, errors.Errorf("cpu: %s: %v", signature(r.op, operands), cause)
		}
	}()
	n = &node{function: f, op: r.op, operands: operands, attributes: r.attributes, replay: r.replay}
	if r.infer != nil {
		results, err := r.infer(shapesOf(operands))
		if err != nil {
			return nil, errors.WithMessagef(err, "cpu: %s", n.signature())
		}
		for _, shape := range results {
			if err := f.builder.backend.checkResult(shape); err != nil {
				return nil, errors.WithMessagef(err, "cpu: %s", n.signature())
			}
		}
		n.setResults(results)
	}
	if err := f.builder.backend.support(n); err != nil {
		return nil, err
	}
	f.nodes = append(f.nodes, n)
	return n, nil
}

// maxBytes is more than any machine's memory, and far from overflow.
const maxBytes = 1 << 46

// checkResult makes sure that this backend can hold a result.
func (b *Backend) checkResult(shape shapes.Shape) error {
	if !b.stock.Capabilities().DTypes[shape.DType] {
		return errors.Wrapf(compute.ErrNotImplemented, "the result would have data type %s", shape.DType)
	}
	return checkSize(shape)
}

// checkSize makes sure that dimensions are those of a tensor in memory.
func checkSize(shape shapes.Shape) error {
	size := shape.DType.Size()
	for _, d := range shape.Dimensions {
		if d < 0 {
			return errors.Errorf("a tensor cannot have the dimensions %v", shape.Dimensions)
		}
		if size > maxBytes/max(d, 1) {
			return errors.Errorf("a tensor of the dimensions %v is more than memory can hold", shape.Dimensions)
		}
		size *= max(d, 1)
	}
	return nil
}

// record1 records an operation with one result.
func (f *Function) record1(r recording) (compute.Value, error) {
	n, err := f.record(r)
	if err != nil {
		return nil, err
	}
	return n.result(), nil
}

func (n *node) setResults(results []shapes.Shape) {
	n.results = make([]*value, len(results))
	for i, shape := range results {
		n.results[i] = &value{node: n, index: i, shape: shapes.Make(shape.DType, shape.Dimensions...)}
	}
}

func shapesOf(values []*value) []shapes.Shape {
	out := make([]shapes.Shape, len(values))
	for i, v := range values {
		out[i] = v.shape
	}
	return out
}

// values returns a node's results as GoMLX wants them.
func (n *node) values() []compute.Value {
	out := make([]compute.Value, len(n.results))
	for i, v := range n.results {
		out[i] = v
	}
	return out
}

// support makes sure that a node can run: by a kernel here, or by the stock
// backend, whose program is then built.
func (b *Backend) support(n *node) error {
	if n.results != nil && kernelOf(n) != nil {
		return nil
	}
	if n.replay == nil {
		return errors.Wrapf(compute.ErrNotImplemented, "cpu: %s", n.signature())
	}
	stock, err := b.newStockProgram(n)
	if err != nil {
		return err
	}
	n.stock = stock
	if n.results == nil {
		n.setResults(stock.results)
	}
	return b.probe(n)
}

// one makes a shape inference for one result of a pair of a shape and an error.
func one(shape shapes.Shape, err error) ([]shapes.Shape, error) {
	if err != nil {
		return nil, err
	}
	return []shapes.Shape{shape}, nil
}

// alone makes a replay of a pair of a value and an error.
func alone(v compute.Value, err error) ([]compute.Value, error) {
	if err != nil {
		return nil, err
	}
	return []compute.Value{v}, nil
}
