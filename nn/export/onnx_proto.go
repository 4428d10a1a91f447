package export

import (
	"maps"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"espalier/nn"
	"espalier/nn/weightfile"
)

// maxMessage is the length in bytes of the longest message of protocol buffers.
const maxMessage = math.MaxInt32

// The numbers of the fields of ONNX's messages that are used here, and its types;
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
const (
	modelVersion, modelProducer, modelGraph, modelOperators, modelMetadata = 1, 2, 7, 8, 14
	operatorsVersion                                                       = 2
	entryKey, entryValue                                                   = 1, 2

	graphNode, graphName, graphInitializer, graphInput, graphOutput = 1, 2, 5, 11, 12

	nodeInput, nodeOutput, nodeName, nodeOperator, nodeAttribute = 1, 2, 3, 4, 5

	attributeName, attributeFloat, attributeInt, attributeInts, attributeType = 1, 2, 3, 8, 20
	attributeIsFloat, attributeIsInt, attributeIsInts                         = 1, 2, 7

	tensorDims, tensorType, tensorName, tensorRaw = 1, 2, 8, 9
	typeFloat, typeInt64                          = 1, 7

	valueName, valueType            = 1, 2
	typeTensor                      = 1
	tensorTypeElement, tensorShape  = 1, 2
	shapeDim, dimValue, dimVariable = 1, 1, 2
)

// message is an encoded message of protocol buffers, to which fields are appended.
type message []byte

func (m message) integer(field protowire.Number, n int) message {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.VarintType), uint64(n))
}

func (m message) text(field protowire.Number, s string) message {
	return protowire.AppendString(protowire.AppendTag(m, field, protowire.BytesType), s)
}

func (m message) message(field protowire.Number, part []byte) message {
	return protowire.AppendBytes(protowire.AppendTag(m, field, protowire.BytesType), part)
}

func (m message) float(field protowire.Number, v float32) message {
	return protowire.AppendFixed32(protowire.AppendTag(m, field, protowire.Fixed32Type), math.Float32bits(v))
}

func (m message) integers(field protowire.Number, numbers ...int) message {
	for _, n := range numbers {
		m = m.integer(field, n)
	}
	return m
}

// The attributes of operators.
func intAttribute(name string, n int) message {
	return message(nil).text(attributeName, name).integer(attributeInt, n).integer(attributeType, attributeIsInt)
}

func intsAttribute(name string, numbers ...int) message {
	return message(nil).text(attributeName, name).integers(attributeInts, numbers...).integer(attributeType, attributeIsInts)
}

func floatAttribute(name string, v float64) message {
	return message(nil).text(attributeName, name).float(attributeFloat, float32(v)).integer(attributeType, attributeIsFloat)
}

// tensorMessage is a named constant.
func tensorMessage(name string, kind int, shape []int, raw []byte) message {
	return message(nil).integers(tensorDims, shape...).integer(tensorType, kind).text(tensorName, name).message(tensorRaw, raw)
}

// valueMessage is an input or output of floats whose first axis is the batch.
func valueMessage(name string, sides ...int) message {
	shape := message(nil).message(shapeDim, message(nil).text(dimVariable, "batch"))
	for _, n := range sides {
		shape = shape.message(shapeDim, message(nil).integer(dimValue, n))
	}
	tensor := message(nil).integer(tensorTypeElement, typeFloat).message(tensorShape, shape)
	return message(nil).text(valueName, name).message(valueType, message(nil).message(typeTensor, tensor))
}

// onnxGraph is a graph that is being written.
type onnxGraph struct {
	network       *nn.Network
	input, output string
	// values are the names of the layers' outputs; flat says which are [batch, features]
	// and not [batch, channels, height, width]. images has names of flat ones as images.
	values []string
	flat   []bool
	images map[int]string

	content message
}

func newONNXGraph(n *nn.Network) *onnxGraph {
	g := &onnxGraph{network: n, input: unused(n, "input"), output: unused(n, "output"), images: make(map[int]string)}
	g.content = g.content.text(graphName, n.Name)
	g.content = g.content.message(graphInput, valueMessage(g.input, n.Input.Channels, n.Input.Height, n.Input.Width))
	g.content = g.content.message(graphOutput, valueMessage(g.output, n.Output().Size()))
	return g
}

// unused is a name that no layer has.
func unused(n *nn.Network, name string) string {
	for slices.ContainsFunc(n.Nodes, func(node nn.Node) bool { return node.Name == name }) {
		name += "_"
	}
	return name
}

// initialize adds an array of weights.
func (g *onnxGraph) initialize(array weightfile.Array) {
	g.content = g.content.message(graphInitializer, tensorMessage(array.Name, typeFloat, array.Shape, float32Bytes(array.Values)))
}

// integers adds a constant list of integers and returns its name.
func (g *onnxGraph) integers(name string, numbers ...int) string {
	var raw []byte
	for _, n := range numbers {
		raw = protowire.AppendFixed64(raw, uint64(n))
	}
	g.content = g.content.message(graphInitializer, tensorMessage(name, typeInt64, []int{len(numbers)}, raw))
	return name
}

// scalar adds a constant number and returns its name.
func (g *onnxGraph) scalar(name string, v float32) string {
	g.content = g.content.message(graphInitializer, tensorMessage(name, typeFloat, nil, float32Bytes([]float32{v})))
	return name
}

// add appends an operator with one output and returns the output's name, which is
// the operator's too.
func (g *onnxGraph) add(operator, name string, inputs []string, attributes ...message) string {
	var node message
	for _, input := range inputs {
		node = node.text(nodeInput, input)
	}
	node = node.text(nodeOutput, name).text(nodeName, name).text(nodeOperator, operator)
	for _, attribute := range attributes {
		node = node.message(nodeAttribute, attribute)
	}
	g.content = g.content.message(graphNode, node)
	return name
}

// onnxModel is the whole file.
func onnxModel(g *onnxGraph, facts map[string]string) []byte {
	model := message(nil).integer(modelVersion, onnxVersion).text(modelProducer, "espalier").
		message(modelGraph, g.content).
		message(modelOperators, message(nil).integer(operatorsVersion, onnxOperators))
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		model = model.message(modelMetadata, message(nil).text(entryKey, name).text(entryValue, facts[name]))
	}
	return model
}
