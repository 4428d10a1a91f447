package export

import (
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"espalier/nn"
	"espalier/nn/weightfile"
)

// The version of the operators that ONNX exports use, and that of the format.
const (
	onnxOperators = 17
	onnxVersion   = 8
)

// ONNX writes the network for inference, in version 8 of the format with operators of
// version 17. Its "input" is [batch, channels, height, width], its "output" [batch,
// outputs], for any batch; if a layer has one of these names, an underscore is appended.
// Masks are metadata called "mask NAME": in base64, a bit for each value of the weight
// NAME, value i in bit i%8 of byte i/8, 1 if it lives.
//
// A layer of a kind that has no form in ONNX here is an error, and so is a network of more
// than 2 GiB, the limit of protocol buffers.
func ONNX(w io.Writer, m Model) error {
	weights, masks, err := m.arrays()
	if err != nil {
		return err
	}
	g := newONNXGraph(m.Network)
	for _, array := range weights {
		g.initialize(array)
	}
	if err := g.addLayers(m.Network); err != nil {
		return fmt.Errorf("as ONNX: %w", err)
	}
	facts := m.facts()
	for _, mask := range masks {
		facts["mask "+strings.TrimSuffix(mask.Name, ".mask")] = packedBits(mask)
	}
	content := onnxModel(g, facts)
	if len(content) > maxMessage {
		return fmt.Errorf("as ONNX: it takes %d bytes, and a message ends at %d", len(content), maxMessage)
	}
	_, err = w.Write(content)
	return err
}

func packedBits(mask weightfile.Array) string {
	bits := make([]byte, (len(mask.Values)+7)/8)
	for i, v := range mask.Values {
		if v != 0 {
			bits[i/8] |= 1 << (i % 8)
		}
	}
	return base64.StdEncoding.EncodeToString(bits)
}

// lines are facts as lines "name: value", sorted by name.
func lines(facts map[string]string) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		fmt.Fprintf(&text, "%s: %s\n", name, facts[name])
	}
	return text.String()
}

// addLayers adds the operators of all layers, and those that flatten the output.
func (g *onnxGraph) addLayers(n *nn.Network) error {
	for _, node := range n.Nodes {
		if err := g.addLayer(node); err != nil {
			return fmt.Errorf("layer %s: %w", node.Name, err)
		}
	}
	last := len(n.Nodes) - 1
	x := g.values[last]
	if shape := n.Output(); shape.Height*shape.Width > 1 {
		// The network's outputs run over height, width, channel.
		x = g.add("Transpose", g.output+".channels_last", []string{g.image(last)}, intsAttribute("perm", 0, 2, 3, 1))
	}
	g.add("Flatten", g.output, []string{x}, intAttribute("axis", 1))
	return nil
}
