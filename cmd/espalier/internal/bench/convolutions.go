package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// convolution is one convolution layer without bias, NHWC.
type convolution struct {
	batch, height, in, out, stride, groups, kernel int
}

// convolutions are layers of the CIFAR networks: the outputs, and with gradients by
// input and weights for a gradient of the outputs that is the outputs themselves.
func convolutions() []Case {
	var cases []Case
	for _, c := range []convolution{
		{128, 32, 16, 16, 1, 1, 3}, {128, 16, 32, 32, 1, 1, 3}, {128, 8, 64, 64, 1, 1, 3},
		{64, 16, 128, 128, 1, 1, 3}, {32, 8, 256, 256, 1, 1, 3}, {128, 32, 16, 32, 2, 1, 3},
		{128, 32, 3, 16, 1, 1, 3}, {64, 16, 128, 128, 1, 128, 3}, {64, 16, 128, 128, 1, 4, 3},
	} {
		name := fmt.Sprintf("conv3x3/B%d-H%d-I%d-O%d-S%d-G%d", c.batch, c.height, c.in, c.out, c.stride, c.groups)
		cases = append(cases, c.forward(name+"/fwd"), c.training(name+"/train"))
	}
	pointwise := convolution{64, 16, 256, 512, 1, 1, 1}
	return append(cases, pointwise.forward("conv1x1/B64-H16-I256-O512/fwd"))
}

// operations are those of the forward pass.
func (c convolution) operations() float64 {
	outputs := c.height / c.stride
	return 2 * float64(c.batch*outputs*outputs) * float64(c.kernel*c.kernel*c.in/c.groups) * float64(c.out)
}

func (c convolution) build(x, weight *graph.Node) *graph.Node {
	padding := c.kernel / 2
	return graph.Convolve(x, weight).Strides(c.stride).PaddingPerDim([][2]int{{padding, padding}, {padding, padding}}).
		ChannelGroupCount(c.groups).Done()
}

func (c convolution) forward(name string) Case {
	return Case{
		Name: name, Operations: c.operations(),
		times: func(ctx context.Context, backend compute.Backend) ([]time.Duration, error) {
			exec, err := graph.NewExec(backend, func(x, weight *graph.Node) []*graph.Node { return withProbe(c.build(x, weight)) })
			if err != nil {
				return nil, err
			}
			return c.timed(ctx, exec)
		},
	}
}

func (c convolution) training(name string) Case {
	return Case{
		Name: name, Operations: 3 * c.operations(),
		times: func(ctx context.Context, backend compute.Backend) ([]time.Duration, error) {
			exec, err := graph.NewExec(backend, func(x, weight *graph.Node) []*graph.Node {
				y := c.build(x, weight)
				loss := graph.ReduceAllSum(graph.Mul(y, graph.StopGradient(y)))
				gradients := graph.Gradient(loss, x, weight)
				return append(withProbe(gradients[0]), withProbe(gradients[1])...)
			})
			if err != nil {
				return nil, err
			}
			return c.timed(ctx, exec)
		},
	}
}

func (c convolution) timed(ctx context.Context, exec *graph.Exec) ([]time.Duration, error) {
	defer exec.Finalize()
	x := tensors.FromFlatDataAndDimensions(normal("x", c.batch*c.height*c.height*c.in), c.batch, c.height, c.height, c.in)
	weight := tensors.FromFlatDataAndDimensions(normal("weight", c.kernel*c.kernel*c.in/c.groups*c.out),
		c.kernel, c.kernel, c.in/c.groups, c.out)
	return timed(ctx, func() error { return finish(exec.Call(x, weight)) })
}
