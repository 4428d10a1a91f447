package train

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"espalier/data"
	"espalier/nn"
)

// Outputs yields, for each batch of the batches' epoch 0, the outputs at inference of
// some layers of a network, given by their indices: [images, height, width, channels]
// each, in the order of the indices.
func Outputs(ctx context.Context, backend compute.Backend, network *nn.Network, weights nn.Weights, layers []int, batches data.Batches) iter.Seq2[[][]float32, error] {
	return func(yield func([][]float32, error) bool) {
		if err := outputs(ctx, backend, network, weights, layers, batches, func(of [][]float32) bool { return yield(of, nil) }); err != nil {
			yield(nil, fmt.Errorf("outputs of the layers of network %s: %w", network.Name, err))
		}
	}
}

func outputs(ctx context.Context, backend compute.Backend, network *nn.Network, weights nn.Weights, layers []int, batches data.Batches, yield func([][]float32) bool) error {
	if len(layers) == 0 {
		return errors.New("there are none")
	}
	if err := checkImages(network, batches.Images); err != nil {
		return err
	}
	store := model.NewStore()
	defer store.Finalize()
	if err := network.LoadInto(store, weights); err != nil {
		return err
	}
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, images *graph.Node) []*graph.Node {
		all := network.BuildLayers(scope, images, nn.Inference)
		chosen := make([]*graph.Node, len(layers))
		for i, layer := range layers {
			chosen[i] = all[layer]
		}
		return chosen
	})
	if err != nil {
		return err
	}
	defer exec.Finalize()
	in := network.Input
	for batch, err := range batches.Epoch(ctx, 0, 0) {
		if err != nil {
			return err
		}
		computed, err := exec.Call(tensors.FromFlatDataAndDimensions(batch.Images, batch.Size, in.Height, in.Width, in.Channels))
		if err != nil {
			return err
		}
		of := make([][]float32, len(computed))
		for i, tensor := range computed {
			if of[i], err = copied(tensor); err != nil {
				return err
			}
		}
		if !yield(of) {
			return nil
		}
	}
	return nil
}
