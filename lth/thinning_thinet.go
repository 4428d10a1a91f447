package lth

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"espalier/data"
	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

func init() { registerThinning(ThiNet) }

// ThiNet removes the same fraction of the filters of every inner convolution, those
// without which the next layer's outputs change least (Luo, Wu and Lin, ICCV 2017): see
// prune.Reconstruction. Samples are, as in the paper, outputs of the next layer at ten
// random places of ten random training images of each class. The channels of all layers
// are chosen in the network as it was trained, whereas the paper chooses those of one
// layer, trains for an epoch or two and proceeds to the next; and the remaining weights
// are not scaled to make up for the removed ones. An amount is the fraction that is
// kept, such as 0.5.
var ThiNet = Thinning{Name: "thinet", Choose: func(ctx context.Context, s Study, trained nn.Weights, amount string) (prune.Channels, error) {
	removals, err := uniformRemovals(s.Network, amount)
	if err != nil {
		return nil, err
	}
	t := thiNet{study: s, weights: trained, random: s.streams("thinet")}
	if err := t.find(removals); err != nil {
		return nil, err
	}
	if err := t.sample(ctx); err != nil {
		return nil, err
	}
	channels := make(prune.Channels, len(removals))
	for i, layer := range t.layers {
		removed, err := t.samples[i].Remove(removals[layer])
		if err != nil {
			return nil, fmt.Errorf("layer %s: %w", layer, err)
		}
		for c := range t.filters(layer) {
			if !slices.Contains(removed, c) {
				channels[layer] = append(channels[layer], c)
			}
		}
	}
	return channels, nil
}}

// What ThiNet samples.
const (
	thiNetImages = 10 // of each class
	thiNetPlaces = 10 // of each image
)

// thiNet gathers samples of the layers that come next to those that lose filters.
type thiNet struct {
	study   Study
	weights nn.Weights
	random  func(layer string) *rand.Rand

	layers  []string // that lose filters
	samples []*prune.Reconstruction
	readers []channelReader
}

// channelReader is a layer each of whose outputs reads all channels that come from a
// layer's filters.
type channelReader struct {
	of    int // the place of the layer among those that lose filters
	node  int
	input int // the node that it reads
}

// filters is how many filters a layer has.
func (t *thiNet) filters(layer string) int {
	return t.study.Network.Nodes[t.index(layer)].Shape.Channels
}

func (t *thiNet) index(layer string) int {
	return slices.IndexFunc(t.study.Network.Nodes, func(node nn.Node) bool { return node.Name == layer })
}

// find finds the layers that lose filters and those that read them.
func (t *thiNet) find(removals prune.Removals) error {
	for i, node := range t.study.Network.Nodes {
		if _, loses := removals[node.Name]; !loses {
			continue
		}
		if err := t.follow(len(t.layers), i); err != nil {
			return fmt.Errorf("layer %s: %w", node.Name, err)
		}
		t.layers = append(t.layers, node.Name)
		t.samples = append(t.samples, prune.NewReconstruction(node.Shape.Channels))
	}
	return nil
}

// follow goes from a node on to the layers that read all of its channels, through layers
// that keep each channel by itself.
func (t *thiNet) follow(of, from int) error {
	for i, node := range t.study.Network.Nodes {
		if !slices.Contains(node.Inputs, from) {
			continue
		}
		switch layer := node.Layer.(type) {
		case nn.Linear:
			t.readers = append(t.readers, channelReader{of, i, from})
			continue
		case nn.Convolution:
			if layer.Groups < 2 {
				t.readers = append(t.readers, channelReader{of, i, from})
				continue
			}
			if layer.Groups != layer.Out {
				return fmt.Errorf("its channels are mixed in groups by %s, of which ThiNet takes no samples", node.Name)
			}
		case nn.BatchNorm, nn.Activation, nn.MaxPool, nn.MeanPool, nn.GlobalMeanPool:
		default:
			return fmt.Errorf("its channels go into %s, a layer of kind %s, behind which ThiNet does not know them", node.Name, node.Layer.Kind())
		}
		if err := t.follow(of, i); err != nil {
			return err
		}
	}
	return nil
}

// sample takes the samples of all layers.
func (t *thiNet) sample(ctx context.Context) error {
	s := t.study
	perClass := min(thiNetImages, slices.Min(s.Train.Counts()))
	if perClass == 0 {
		return fmt.Errorf("ThiNet takes images of each class, and %s has none of class %d", s.Train.Name(), slices.Index(s.Train.Counts(), 0))
	}
	images, err := s.Train.Balanced(perClass, s.Seed.Derive("thinet images"))
	if err != nil {
		return err
	}
	inputs := make([]int, len(t.readers))
	streams := make([]*rand.Rand, len(t.readers))
	for i, r := range t.readers {
		inputs[i], streams[i] = r.input, t.random(s.Network.Nodes[r.node].Name)
	}
	o := s.Options.Training
	batches := data.Batches{Images: images, Size: o.BatchSize, Normalisation: o.Normalisation, Workers: o.Workers, Ordered: true}
	for outputs, err := range train.Outputs(ctx, s.Backend, s.Network, t.weights, inputs, batches) {
		if err != nil {
			return err
		}
		for i, r := range t.readers {
			size := s.Network.Nodes[r.input].Shape.Size()
			for image := range slices.Chunk(outputs[i], size) {
				for range thiNetPlaces {
					if err := t.samples[r.of].Add(t.contributions(r, image, streams[i])); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// contributions are what each channel of an image contributes to one of the reader's
// outputs at a random place, without the bias.
func (t *thiNet) contributions(r channelReader, image []float32, random *rand.Rand) []float64 {
	node, in := t.study.Network.Nodes[r.node], t.study.Network.Nodes[r.input].Shape
	weight := t.weights[node.Name+"."+string(nn.Weight)]
	sums, out := make([]float64, in.Channels), random.IntN(node.Shape.Channels)
	add := func(position, pixel int) {
		for c := range sums {
			sums[c] += float64(weight[(position*in.Channels+c)*node.Shape.Channels+out]) * float64(image[pixel*in.Channels+c])
		}
	}
	window, ok := nn.WindowOf(node.Layer)
	if !ok { // a linear layer reads every pixel
		for pixel := range in.Height * in.Width {
			add(pixel, pixel)
		}
		return sums
	}
	row, column := random.IntN(node.Shape.Height), random.IntN(node.Shape.Width)
	window.Taps(in, row, column, add)
	return sums
}
