package train

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"espalier/data"
	"espalier/nn"
)

// FeatureMaps sums up the feature maps of a network's prunable layers, before batch
// norm and activation, over one batch of images: for each output channel of each
// prunable parameter, the sum over images and positions of what the field's name says.
type FeatureMaps struct {
	L1       map[string][]float32 // |a|
	L2       map[string][]float32 // a²
	Saliency map[string][]float32 // |a · ∂L/∂a|
	// First is the whole map of the first prunable layer.
	First FeatureMap
	// Weights are the network's parameters after the batch: batch norm's running
	// statistics have followed it.
	Weights nn.Weights
}

// FeatureMap is one layer's output for a batch, [images, height, width, channels].
type FeatureMap struct {
	Shape  [4]int
	Values []float32
	// Gradients are those of the loss by the values.
	Gradients []float32
}

// FeatureMaps runs one training batch, the first of epoch 0.
func (d *Derivatives) FeatureMaps(ctx context.Context, weights nn.Weights) (*FeatureMaps, error) {
	if err := d.network.LoadInto(d.store, weights); err != nil {
		return nil, err
	}
	for batch, err := range d.batches.Epoch(ctx, 0, 0) {
		if err != nil {
			return nil, err
		}
		maps, err := d.featureMaps(batch)
		if err != nil {
			return nil, fmt.Errorf("feature maps of network %s: %w", d.network.Name, err)
		}
		return maps, nil
	}
	return nil, fmt.Errorf("feature maps of network %s: there is no batch of images", d.network.Name)
}

func (d *Derivatives) featureMaps(batch data.Batch) (*FeatureMaps, error) {
	images, labels := d.inputs(batch)
	outputs, err := d.features.Call(images, labels)
	if err != nil {
		return nil, err
	}
	values := make([][]float32, len(outputs))
	for i, output := range outputs {
		if values[i], err = copied(output); err != nil {
			return nil, err
		}
	}
	maps := &FeatureMaps{L1: make(map[string][]float32), L2: make(map[string][]float32), Saliency: make(map[string][]float32)}
	layers := d.prunableNodes()
	for i, p := range d.network.Prunable() {
		maps.L1[p.Name], maps.L2[p.Name], maps.Saliency[p.Name] = values[3*i], values[3*i+1], values[3*i+2]
	}
	if len(layers) > 0 {
		shape := d.network.Nodes[layers[0]].Shape
		maps.First = FeatureMap{
			Shape:     [4]int{batch.Size, shape.Height, shape.Width, shape.Channels},
			Values:    values[3*len(layers)],
			Gradients: values[3*len(layers)+1],
		}
	}
	maps.Weights, err = d.network.ReadFrom(d.store)
	return maps, err
}

// prunableNodes are the indices of the layers that own the prunable parameters.
func (d *Derivatives) prunableNodes() []int {
	index := make(map[string]int, len(d.network.Nodes))
	for i, node := range d.network.Nodes {
		index[node.Name] = i
	}
	var nodes []int
	for _, p := range d.network.Prunable() {
		nodes = append(nodes, index[p.Layer])
	}
	return nodes
}

// buildFeatures returns the three sums for each prunable layer, then the map of the
// first one and its gradient.
func (d *Derivatives) buildFeatures(scope *model.Scope, images, labels *graph.Node) []*graph.Node {
	layers := d.network.BuildLayers(scope, images, nn.Training)
	loss := CrossEntropy(d.network.Logits(layers), labels)
	var maps []*graph.Node
	for _, index := range d.prunableNodes() {
		maps = append(maps, layers[index])
	}
	gradients := graph.Gradient(loss, maps...)
	var outputs []*graph.Node
	for i, a := range maps {
		for _, rated := range []*graph.Node{graph.Abs(a), graph.Square(a), graph.Abs(graph.Mul(a, gradients[i]))} {
			outputs = append(outputs, graph.ReduceSum(rated, 0, 1, 2))
		}
	}
	return append(outputs, maps[0], gradients[0])
}
