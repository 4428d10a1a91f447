package simd

import "unsafe"

// sparseKernelVectors are the numbers of vectors of columns of the kernels.
var sparseKernelVectors = [...]int{1, 2, 4, 8}

// maxSparseColumns is the most columns of a kernel.
const maxSparseColumns = 8 * 16

type sparseKernels [len(sparseKernelVectors)]func(s *sparseRows)

// sparseGoLanes is the length of a "vector" of the plain kernels.
const sparseGoLanes = 8

// The plain twins of the kernels.
var (
	sparseSumGo     = sparseGo(true, func(_ *sparseRows, sum, x float32, _, _ int) float32 { return sum + x })
	sparseProductGo = sparseGo(true, func(s *sparseRows, sum, x float32, e, _ int) float32 {
		return sum + x*nth(s.values, s.value(e))
	})
	sparseHeadsGo = sparseGo(true, func(s *sparseRows, sum, x float32, e, j int) float32 {
		return sum + x*nth(s.values, s.value(e)*int(s.headStep/4)+int(nth(s.headOf, j)))
	})
	sparseAddGo = sparseGo(false, func(_ *sparseRows, sum, x float32, _, _ int) float32 { return sum + x })
	sparseMaxGo = sparseGo(false, func(_ *sparseRows, most, x float32, _, _ int) float32 { return max(most, x) })
	sparseMinGo = sparseGo(false, func(_ *sparseRows, least, x float32, _, _ int) float32 { return min(least, x) })
)

// sparseGo makes twins of a function that combines a result in column j with what
// element e chooses. Results begin at zero if fresh.
func sparseGo(fresh bool, join func(s *sparseRows, result, x float32, e, j int) float32) (kernels sparseKernels) {
	for kind, vectors := range sparseKernelVectors {
		kernels[kind] = func(s *sparseRows) {
			columns := (vectors-1)*sparseGoLanes + s.last
			for i := range s.rows {
				to := vector(beyond(s.dst, uintptr(i)*s.dstStep), columns)
				if fresh {
					clear(to)
				}
				for e := int(nth(s.starts, i)); e < int(nth(s.starts, i+1)); e++ {
					from := beyond(s.x, uintptr(nth(s.columns, e))*s.xStep)
					for j, x := range vector(from, columns) {
						to[j] = join(s, to[j], x, e, j)
					}
				}
			}
		}
	}
	return kernels
}

// value is the number of an element's values.
func (s *sparseRows) value(e int) int {
	if s.order == nil {
		return e
	}
	return int(nth(s.order, e))
}

// nth is element i of those from p on.
func nth[T any](p *T, i int) T { return unsafe.Slice(p, i+1)[i] }

// beyond is the element at a distance in bytes.
func beyond[T any](p *T, bytes uintptr) *T { return (*T)(unsafe.Add(unsafe.Pointer(p), bytes)) }
