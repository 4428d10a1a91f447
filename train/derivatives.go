package train

import (
	"context"
	"errors"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"espalier/data"
	"espalier/nn"
)

// Derivatives computes derivatives of a network's loss by its prunable weights over one
// epoch of images, for pruning scores that look at the data. Batch norm takes the
// statistics of each batch, as in training. Compiled programs are kept until Close. It
// must not be used from several goroutines at once.
type Derivatives struct {
	network *nn.Network
	batches data.Batches
	backend compute.Backend
	store   *model.Store

	gradient, hessian, flow, features *model.Exec
}

// NewDerivatives prepares a network on a backend, which must outlive it, for the images
// of the batches' epoch 0.
func NewDerivatives(backend compute.Backend, network *nn.Network, batches data.Batches) (*Derivatives, error) {
	switch {
	case backend == nil || network == nil:
		return nil, errors.New("derivatives: no backend or no network")
	case batches.Images == nil || batches.Images.Len() == 0 || batches.Size < 1:
		return nil, errors.New("derivatives: no images or no size of batch")
	}
	if err := checkImages(network, batches.Images); err != nil {
		return nil, fmt.Errorf("derivatives: %w", err)
	}
	d := &Derivatives{network: network, batches: batches, backend: backend, store: model.NewStore()}
	var errs [4]error
	d.gradient, errs[0] = model.NewExec(backend, d.store, d.buildGradient)
	d.hessian, errs[1] = model.NewExec(backend, d.store, d.buildHessian)
	d.flow, errs[2] = model.NewExec(backend, d.store, d.buildFlow)
	d.features, errs[3] = model.NewExec(backend, d.store, d.buildFeatures)
	return d, errors.Join(errs[:]...)
}

// Close frees what was compiled.
func (d *Derivatives) Close() {
	for _, exec := range []*model.Exec{d.gradient, d.hessian, d.flow, d.features} {
		exec.Finalize()
	}
	d.store.Finalize()
}

// Gradient is ∂L/∂w of every prunable weight, where L is the mean over the images
// of the cross-entropy of logits divided by a temperature.
func (d *Derivatives) Gradient(ctx context.Context, weights nn.Weights, temperature float64) (nn.Weights, error) {
	return d.epoch(ctx, weights, func(images, labels *tensors.Tensor) ([]*tensors.Tensor, error) {
		return d.gradient.Call(images, labels, float32(temperature))
	})
}

// HessianProduct is H·v, where H is the matrix of second derivatives of Gradient's
// loss by the prunable weights and v a vector of them. It is the gradient of the
// product of the gradient and v.
func (d *Derivatives) HessianProduct(ctx context.Context, weights, v nn.Weights, temperature float64) (nn.Weights, error) {
	for _, p := range d.network.Prunable() {
		if len(v[p.Name]) != p.Size() {
			return nil, fmt.Errorf("hessian product: the vector has %d values for the %d weights of %s", len(v[p.Name]), p.Size(), p.Name)
		}
		if err := nn.SetVariable(d.store, vectorPath(p.Name), v[p.Name], p.Shape, false); err != nil {
			return nil, err
		}
	}
	return d.epoch(ctx, weights, func(images, labels *tensors.Tensor) ([]*tensors.Tensor, error) {
		return d.hessian.Call(images, labels, float32(temperature))
	})
}

// FlowGradient is ∂R/∂w, where R is the sum of the logits in the inference phase
// for one image whose values are all 1 (Tanaka et al., "Pruning neural networks
// without any data by iteratively conserving synaptic flow", NeurIPS 2020).
func (d *Derivatives) FlowGradient(ctx context.Context, weights nn.Weights) (nn.Weights, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := d.network.LoadInto(d.store, weights); err != nil {
		return nil, err
	}
	in := d.network.Input
	ones := make([]float32, in.Size())
	for i := range ones {
		ones[i] = 1
	}
	outputs, err := d.flow.Call(tensors.FromFlatDataAndDimensions(ones, 1, in.Height, in.Width, in.Channels))
	if err != nil {
		return nil, fmt.Errorf("flow of network %s: %w", d.network.Name, err)
	}
	return d.collect(outputs)
}

// vectorPath is the variable of a vector that a Hessian is multiplied by.
func vectorPath(parameter string) string { return "/vectors/" + parameter }

// epoch is the mean over the images of what a call returns for each batch of them,
// summed in float64.
func (d *Derivatives) epoch(ctx context.Context, weights nn.Weights,
	call func(images, labels *tensors.Tensor) ([]*tensors.Tensor, error)) (nn.Weights, error) {
	if err := d.network.LoadInto(d.store, weights); err != nil {
		return nil, err
	}
	sums := make(map[string][]float64)
	for _, p := range d.network.Prunable() {
		sums[p.Name] = make([]float64, p.Size())
	}
	for batch, err := range d.batches.Epoch(ctx, 0, 0) {
		if err != nil {
			return nil, err
		}
		outputs, err := call(d.inputs(batch))
		if err != nil {
			return nil, fmt.Errorf("derivatives of network %s: %w", d.network.Name, err)
		}
		of, err := d.collect(outputs)
		if err != nil {
			return nil, err
		}
		for name, values := range of {
			for i, x := range values {
				sums[name][i] += float64(x) * float64(batch.Size)
			}
		}
	}
	means := make(nn.Weights, len(sums))
	for name, sum := range sums {
		means[name] = make([]float32, len(sum))
		for i, x := range sum {
			means[name][i] = float32(x / float64(d.batches.Images.Len()))
		}
	}
	return means, nil
}

func (d *Derivatives) inputs(batch data.Batch) (images, labels *tensors.Tensor) {
	in := d.network.Input
	return tensors.FromFlatDataAndDimensions(batch.Images, batch.Size, in.Height, in.Width, in.Channels),
		tensors.FromFlatDataAndDimensions(batch.Labels, batch.Size)
}

// collect copies one output for each prunable parameter and frees it.
func (d *Derivatives) collect(outputs []*tensors.Tensor) (nn.Weights, error) {
	collected := make(nn.Weights, len(outputs))
	for i, p := range d.network.Prunable() {
		var err error
		if collected[p.Name], err = copied(outputs[i]); err != nil {
			return nil, err
		}
	}
	return collected, nil
}

func copied(output *tensors.Tensor) ([]float32, error) {
	values, err := tensors.CopyFlatData[float32](output)
	if err != nil {
		return nil, err
	}
	return values, output.FinalizeAll()
}

// prunable are the values of the prunable parameters in the graph that a node is of.
func (d *Derivatives) prunable(in *graph.Node, path func(string) string) []*graph.Node {
	var values []*graph.Node
	for _, p := range d.network.Prunable() {
		values = append(values, d.store.GetVariable(path(p.Name)).NodeValue(in))
	}
	return values
}

func weightPath(parameter string) string { return "/" + parameter }

func (d *Derivatives) buildGradient(scope *model.Scope, images, labels, temperature *graph.Node) []*graph.Node {
	return d.gradients(scope, images, labels, temperature, nn.Training)
}

func (d *Derivatives) gradients(scope *model.Scope, images, labels, temperature *graph.Node, phase nn.Phase) []*graph.Node {
	logits := d.network.Build(scope, images, phase)
	loss := CrossEntropy(graph.Div(logits, temperature), labels)
	return graph.Gradient(loss, d.prunable(loss, weightPath)...)
}

func (d *Derivatives) buildHessian(scope *model.Scope, images, labels, temperature *graph.Node) []*graph.Node {
	gradients := d.gradients(scope, images, labels, temperature, nn.SecondOrder)
	weights, vector := d.prunable(images, weightPath), d.prunable(images, vectorPath)
	product := graph.Scalar(images.Graph(), dtypes.Float32, 0)
	for i, gradient := range gradients {
		product = graph.Add(product, graph.ReduceAllSum(graph.Mul(gradient, graph.StopGradient(vector[i]))))
	}
	return graph.Gradient(product, weights...)
}

func (d *Derivatives) buildFlow(scope *model.Scope, ones *graph.Node) []*graph.Node {
	flow := graph.ReduceAllSum(d.network.Build(scope, ones, nn.Inference))
	return graph.Gradient(flow, d.prunable(flow, weightPath)...)
}
