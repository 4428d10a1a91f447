package cpu

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
	"github.com/pkg/errors"
)

// Name under which the backend is registered.
const Name = "cpu"

func init() {
	compute.Register(Name, New)
}

// Backend runs GoMLX programs on the processor. Its methods may be called from any
// number of goroutines.
type Backend struct {
	workers   *Workers
	memories  memories
	finalized atomic.Bool

	// stock is go:ops_sequential, for operations without a kernel.
	stock compute.Backend
	// probed has the operations and data types that the stock backend has run.
	probed sync.Map
	// recyclers give results of the stock backend back to it, by shape.
	recyclers sync.Map
}

var _ compute.Backend = (*Backend)(nil)

// New starts a backend. The option is empty or "workers=N"; N defaults to
// GOMAXPROCS and changes no result.
func New(option string) (compute.Backend, error) {
	count := runtime.GOMAXPROCS(0)
	for part := range strings.SplitSeq(option, ",") {
		if part == "" {
			continue
		}
		key, text, _ := strings.Cut(part, "=")
		n, err := strconv.Atoi(text)
		if key != "workers" || err != nil || n < 1 {
			return nil, errors.Errorf("cpu: option %q: the only option is workers=N with N at least 1", part)
		}
		count = n
	}
	stock, err := gobackend.New("ops_sequential")
	if err != nil {
		return nil, errors.WithMessage(err, "cpu: cannot start go:ops_sequential")
	}
	return &Backend{workers: NewWorkers(count), stock: stock}, nil
}

// Name of the backend.
func (b *Backend) Name() string { return Name }

// String is the name of the backend.
func (b *Backend) String() string { return Name }

// Description says in one line what runs.
func (b *Backend) Description() string {
	return fmt.Sprintf("Espalier's processor backend in Go (workers=%d)", b.workers.Count())
}

// NumDevices is 1.
func (b *Backend) NumDevices() int { return 1 }

// DeviceDescription names the processor's architecture.
func (b *Backend) DeviceDescription(compute.DeviceNum) string {
	return fmt.Sprintf("%s processor", runtime.GOARCH)
}

// Capabilities lists the operations and data types that run.
func (b *Backend) Capabilities() compute.Capabilities {
	return capabilities(b.stock.Capabilities())
}

// Builder starts a new program.
func (b *Backend) Builder(name string) compute.Builder {
	return newBuilder(b, name)
}

// Finalize ends the backend: no program or buffer of it can be used afterwards.
func (b *Backend) Finalize() {
	if b.finalized.CompareAndSwap(false, true) {
		b.workers.Close()
		b.stock.Finalize()
	}
}

// IsFinalized says whether Finalize was called.
func (b *Backend) IsFinalized() bool { return b.finalized.Load() }

// check returns an error if the backend was finalized or does not have the device.
func (b *Backend) check(device compute.DeviceNum) error {
	if b.finalized.Load() {
		return errors.New("cpu: the backend was finalized")
	}
	if device != 0 {
		return errors.Errorf("cpu: there is no device %d: there is only device 0", device)
	}
	return nil
}

// capabilities are those of the stock backend with the operations added here. Operations
// on dynamic shapes are missing: GoMLX builds one program for each shape of inputs.
func capabilities(stock compute.Capabilities) compute.Capabilities {
	all := stock.Clone()
	own := compute.Capabilities{Operations: all.Operations, DTypes: all.DTypes, Functions: true}
	for _, op := range []compute.OpType{
		compute.OpTypeAtan2,
		compute.OpTypeBatchNormForInference,
		compute.OpTypeBatchNormForTraining,
		compute.OpTypeBatchNormGradient,
		compute.OpTypeDynamicSlice,
		compute.OpTypeDynamicUpdateSlice,
		compute.OpTypeEqualTotalOrder,
		compute.OpTypeNotEqualTotalOrder,
		compute.OpTypeGreaterOrEqualTotalOrder,
		compute.OpTypeGreaterThanTotalOrder,
		compute.OpTypeLessOrEqualTotalOrder,
		compute.OpTypeLessThanTotalOrder,
	} {
		own.Operations[op] = true
	}
	for _, op := range []compute.OpType{
		compute.OpTypeDynamicBroadcastInDim,
		compute.OpTypeDynamicIota,
		compute.OpTypeDynamicPad,
		compute.OpTypeDynamicReshape,
	} {
		delete(own.Operations, op)
	}
	return own
}
