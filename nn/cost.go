package nn

// bytesPerValue is the size of a float32, in which activations are held.
const bytesPerValue = 4

// Cost is what a network, or one layer of it, takes for one image.
type Cost struct {
	// Parameters counts what training moves: weights, biases, and batch norm's
	// scale and offset, without its running statistics.
	Parameters int `json:"parameters"`
	// MACs are the multiply-accumulates of convolutions and linear layers,
	// biases not counted: what most papers call FLOPs.
	MACs int `json:"macs"`
	// LiveParameters and LiveMACs are the same under a mask: a pruned weight
	// counts for neither.
	LiveParameters int `json:"live_parameters"`
	LiveMACs       int `json:"live_macs"`
	// PeakActivations is the most memory, in bytes, that activations take at
	// any time of inference: while a layer runs, its inputs, its output, and
	// every earlier output that is still to be read. Activations and batch
	// norms write over their input where nothing else reads it.
	PeakActivations int `json:"peak_activations"`
	// Activations is the memory, in bytes, of all layers' outputs and the
	// input, which training has to keep for the gradient.
	Activations int `json:"activations"`
}

// CostOf is the cost of a network under a mask, or of the whole network if mask is nil.
func CostOf(n *Network, mask Mask) Cost {
	total := Cost{Activations: bytesPerValue * n.Input.Size()}
	for _, layer := range layerCosts(n, mask) {
		total.Parameters += layer.Parameters
		total.MACs += layer.MACs
		total.LiveParameters += layer.LiveParameters
		total.LiveMACs += layer.LiveMACs
		total.PeakActivations = max(total.PeakActivations, layer.PeakActivations)
		total.Activations += layer.Activations
	}
	return total
}

// layerCosts lists the layers' costs in order. A layer's PeakActivations is what
// is alive while it runs.
func layerCosts(n *Network, mask Mask) []Cost {
	costs := make([]Cost, len(n.Nodes))
	index := make(map[string]int, len(n.Nodes))
	for i, alive := range aliveActivations(n) {
		index[n.Nodes[i].Name] = i
		costs[i].PeakActivations = bytesPerValue * alive
		costs[i].Activations = bytesPerValue * n.Nodes[i].Shape.Size()
	}
	for _, p := range n.Parameters() {
		if p.Trainable() {
			costs[index[p.Layer]].add(p, live(mask, p))
		}
	}
	return costs
}

func (c *Cost) add(p Parameter, live int) {
	c.Parameters += p.Size()
	c.MACs += p.Size() * p.Positions
	c.LiveParameters += live
	c.LiveMACs += live * p.Positions
}

// aliveActivations is, for each layer, the number of values in memory while it
// runs.
func aliveActivations(n *Network) []int {
	last := lastReaders(n)
	alive := n.Input.Size()
	counts := make([]int, len(n.Nodes))
	for i, node := range n.Nodes {
		dying := 0
		for _, input := range distinct(node.Inputs) {
			if last[input] == i {
				dying += n.shapeOf(input).Size()
			}
		}
		counts[i] = alive + node.Shape.Size()
		if overwrites(node.Layer) && dying > 0 {
			counts[i] = alive
		}
		alive += node.Shape.Size() - dying
	}
	return counts
}

// lastReaders is the last layer that reads each output, by the output's index.
func lastReaders(n *Network) map[int]int {
	last := make(map[int]int, len(n.Nodes))
	for i, node := range n.Nodes {
		for _, input := range node.Inputs {
			last[input] = i
		}
	}
	return last
}

// overwrites reports whether a layer can write its output over its single input.
func overwrites(l Layer) bool {
	return l.Kind() == KindActivation || l.Kind() == KindBatchNorm
}

func distinct(indices []int) []int {
	var unique []int
	seen := make(map[int]bool, len(indices))
	for _, i := range indices {
		if !seen[i] {
			seen[i] = true
			unique = append(unique, i)
		}
	}
	return unique
}
