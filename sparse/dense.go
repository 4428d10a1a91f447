package sparse

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	gomodel "github.com/gomlx/gomlx/ml/model"

	"espalier/backend/cpu"
	"espalier/nn"
)

// dense is a network as the training backend runs it.
type dense struct {
	network *nn.Network
	backend compute.Backend
	store   *gomodel.Store
	exec    *gomodel.Exec
}

func newDense(m model, workers int) (*dense, error) {
	b, err := cpu.New(fmt.Sprintf("workers=%d", workers))
	if err != nil {
		return nil, err
	}
	d := &dense{network: m.network, backend: b, store: gomodel.NewStore()}
	if err := m.network.LoadInto(d.store, m.weights); err != nil {
		d.close()
		return nil, err
	}
	d.exec, err = gomodel.NewExec(b, d.store, func(scope *gomodel.Scope, x *graph.Node) *graph.Node {
		return m.network.Build(scope, x, nn.Inference)
	})
	if err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *dense) run(outputs, images []float32) error {
	s := d.network.Input
	x := tensors.FromFlatDataAndDimensions(images, len(images)/s.Size(), s.Height, s.Width, s.Channels)
	y, err := d.exec.Call1(x)
	if err != nil {
		return err
	}
	values, err := tensors.CopyFlatData[float32](y)
	copy(outputs, values)
	return err
}

func (d *dense) close() {
	if d.exec != nil {
		d.exec.Finalize()
	}
	d.store.Finalize()
	d.backend.Finalize()
}
