package cpu

import (
	"reflect"
	"sync"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// Buffer is a tensor in memory that programs and their callers share.
type Buffer struct {
	backend *Backend
	shape   shapes.Shape

	mu sync.Mutex
	// memory is nil once the buffer is finalized or donated.
	memory *memory
	// exposed says that the caller was given a slice of the memory, which then must not be
	// used for another buffer.
	exposed bool
}

var _ compute.Buffer = (*Buffer)(nil)

// newBuffer returns a buffer whose content is not defined.
func (b *Backend) newBuffer(shape shapes.Shape) *Buffer {
	return &Buffer{backend: b, shape: shape, memory: b.memories.take(byteSize(shape))}
}

// byteSize of a tensor's data.
func byteSize(shape shapes.Shape) int {
	return shape.DType.SizeForDimensions(shape.Dimensions...)
}

// Backend returns the backend that the buffer belongs to.
func (b *Buffer) Backend() compute.Backend { return b.backend }

// Shape of the tensor.
func (b *Buffer) Shape() (shapes.Shape, error) { return b.shape, nil }

// DeviceNum is always 0.
func (b *Buffer) DeviceNum() (compute.DeviceNum, error) { return 0, nil }

// Finalize gives the memory back. Calling it again, or after the buffer was donated, does
// nothing.
func (b *Buffer) Finalize() error {
	if b == nil {
		return errors.New("cpu: Finalize of a nil buffer")
	}
	if block, exposed := b.release(); !exposed {
		b.backend.memories.give(block)
	}
	return nil
}

// release takes the memory away from the buffer, and says whether the caller may
// still have a slice of it.
func (b *Buffer) release() (block *memory, exposed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	block, b.memory = b.memory, nil
	return block, b.exposed
}

// block returns the memory, or an error for a buffer that was finalized or donated.
func (b *Buffer) block() (*memory, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.locked()
}

// locked is block for a caller that holds mu.
func (b *Buffer) locked() (*memory, error) {
	if b.memory == nil {
		return nil, errors.Errorf("cpu: the buffer of shape %s was finalized or donated and cannot be used again", b.shape)
	}
	return b.memory, nil
}

// flat returns the memory as a slice of the buffer's data type.
func flat(block *memory, shape shapes.Shape) any {
	if shape.Size() == 0 {
		return dtypes.MakeAnySlice(shape.DType, 0)
	}
	return dtypes.UnsafeAnySliceFromBytes(block.base, shape.DType, shape.Size())
}

// Data returns the memory as a slice of the buffer's data type.
func (b *Buffer) Data() (any, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	block, err := b.locked()
	if err != nil {
		return nil, err
	}
	b.exposed = true // under the same lock, so that Finalize cannot give the memory away in between
	return flat(block, b.shape), nil
}

// ToFlatData copies the values into a slice of the buffer's data type.
func (b *Buffer) ToFlatData(destination any) error {
	block, err := b.block()
	if err != nil {
		return err
	}
	if err := checkFlat(destination, b.shape); err != nil {
		return err
	}
	copy(dtypes.UnsafeByteSliceFromAny(destination), block.bytes[:byteSize(b.shape)])
	return nil
}

// CopyToDevice is an error: there is one device.
func (b *Buffer) CopyToDevice(device compute.DeviceNum) (compute.Buffer, error) {
	return nil, errors.Errorf("cpu: cannot copy to device %d: there is only device 0", device)
}

// checkFlat returns an error unless flat is a slice that holds a tensor of the shape.
func checkFlat(flat any, shape shapes.Shape) error {
	if !shape.Ok() || shape.IsDynamic() {
		return errors.Errorf("cpu: %s is not a shape of a tensor in memory", shape)
	}
	slice := reflect.ValueOf(flat)
	if slice.Kind() != reflect.Slice {
		if flat == nil && shape.Size() == 0 {
			return nil
		}
		return errors.Errorf("cpu: a tensor of shape %s is held by a slice, not by a %T", shape, flat)
	}
	want := reflect.TypeOf(dtypes.MakeAnySlice(shape.DType, 0))
	if slice.Type() != want && dtypes.FromGoType(slice.Type().Elem()) != shape.DType {
		return errors.Errorf("cpu: a tensor of shape %s is held by a %s, not by a %T", shape, want, flat)
	}
	if got, need := slice.Len()*int(slice.Type().Elem().Size()), byteSize(shape); got != need {
		return errors.Errorf("cpu: a tensor of shape %s has %d bytes, the slice %d", shape, need, got)
	}
	return nil
}

// BufferFromFlatData copies a slice into a new buffer.
func (b *Backend) BufferFromFlatData(device compute.DeviceNum, source any, shape shapes.Shape) (compute.Buffer, error) {
	if err := b.check(device); err != nil {
		return nil, err
	}
	if err := checkFlat(source, shape); err != nil {
		return nil, err
	}
	buffer := b.newBuffer(shape.Clone())
	copy(buffer.memory.bytes, dtypes.UnsafeByteSliceFromAny(source))
	return buffer, nil
}

// HasSharedBuffers is true: callers read and write buffers in place.
func (b *Backend) HasSharedBuffers() bool { return true }

// NewSharedBuffer returns a buffer, whose content is not defined, and the slice of its
// memory.
func (b *Backend) NewSharedBuffer(device compute.DeviceNum, shape shapes.Shape) (compute.Buffer, any, error) {
	if err := b.check(device); err != nil {
		return nil, nil, err
	}
	if !shape.Ok() || shape.IsDynamic() {
		return nil, nil, errors.Errorf("cpu: %s is not a shape of a tensor in memory", shape)
	}
	buffer := b.newBuffer(shape.Clone())
	buffer.exposed = true
	return buffer, flat(buffer.memory, shape), nil
}

// elementsAt is n elements of type T at an address.
func elementsAt[T any](address unsafe.Pointer, n int) []T {
	return unsafe.Slice((*T)(address), n)
}
