package simd

import (
	"fmt"
	"slices"
	"strings"
)

// variant is one set of kernels.
type variant struct {
	name string

	// rows[vectors-1][groups] is the tile of groups × four rows and that many vectors of
	// 16 columns; groups 0 is the tile of a single row. Missing ones are nil.
	rows [2]rowTiles
	// channels[groups] is the same for tiles that keep channels apart.
	channels rowTiles
	// products[rows][columns] sums over pixels for that many kernel positions, each
	// channel by itself. Missing ones are nil.
	products [4][4]func(*tile)
	// panel[rows][vectors-1] is the tile of that many neighbouring rows.
	panel [17][2]func(*tile)
	// wide and narrow are the rows of the panels for products of more than 16
	// columns and of at most 16.
	wide, narrow int

	packColumns    func(dst, src *float32, srcStep, rows, cols, width int)
	packTransposed func(dst *float32, dstStep int, src *float32, srcStep, rows, cols, width int)

	unary  [unaries]func(dst, x *float32, n int)
	binary [binaries]func(dst, x, y *float32, n int)
	scalar [binaries]func(dst, x *float32, y float32, n int)
	axpy   func(dst, x *float32, s float32, n int)

	sum, squares, greatest func(x *float32, n int) float32
	dot                    func(x, y *float32, n int) float32
	expSum                 func(dst, x *float32, shift float32, n int) float32
	columnSums             func(sum, x *float32, rows, stride, cols int)
	columnMoments          func(sum, square, x, shift *float32, rows, stride, cols int)
	columnProducts         func(sum, product, x, y, shift *float32, rows, stride, cols int)

	sparseSum, sparseProduct, sparseHeads sparseKernels
	sparseAdd, sparseMax, sparseMin       sparseKernels
	edgeProduct                           func(p *edgeProducts)
	chooseRows                            func(c *rowChoice)
	repeat                                func(dst, x *float32, n, vectors, last int)
	sparseLanes                           int // columns of a vector

	stencil    [2][2]stencilKernels // [0] of one row, [1] of four; [stride-1]
	stencilMax [2]stencilKernels    // [stride-1]

	choose     func(dst, condition, x, y *float32, n int)
	fromBytes  func(dst *float32, src *byte, vectors int)
	fromInt32  func(dst *float32, src *int32, n int)
	fromUint32 func(dst *float32, src *uint32, n int)

	mulAdd, mulAddReLU func(dst, x, y, z *float32, n int)
	affine             func(dst, x, y, a, b, c *float32, n int)
	momentum, nesterov func(w, v, gradient *float32, n int, decay, momentum, rate float32)
	adam               func(w, m, v, gradient *float32, n int, coefficients *[7]float32)

	philox      func(dst *uint32, vectors int, counter *[4]uint32, key *[2]uint32)
	philoxLanes int // counters of a vector

	pixelMulAdd func(dst, x, w *float32, pixels, dstStep, xStep, n int)
	pixelMax    func(dst, x *float32, pixels, dstStep, xStep, n int)
	pixelRoute  func(dx, x, y, left *float32, pixels, dxStep, xStep, yStep, leftStep, n int)
}

// vectors is how many vectors of 16 columns the widest tile has.
func (v *variant) vectors() int {
	if v.rows[1][1] != nil {
		return 2
	}
	return 1
}

var plain = variant{
	name:           "go",
	rows:           [2]rowTiles{{tileRow1Go, tileRow4Go}},
	channels:       rowTiles{channelRow1Go, channelRow4Go},
	products:       [4][4]func(*tile){1: {1: channelProducts1x1Go, 3: channelProducts1x3Go}, 3: {3: channelProducts3x3Go}},
	panel:          [17][2]func(*tile){4: {tilePanel4Go}},
	wide:           4,
	narrow:         4,
	packColumns:    packColumnsGo,
	packTransposed: packTransposedGo,
	unary:          unaryGo,
	binary:         binaryGo,
	scalar:         scalarGo,
	axpy:           axpyGo,
	philox:         philoxVectorsGo,
	philoxLanes:    1,
	sum:            sumGo,
	squares:        squaresGo,
	dot:            dotGo,
	greatest:       greatestGo,
	expSum:         expSumGo,
	columnSums:     columnSumsGo,
	columnMoments:  columnMomentsGo,
	columnProducts: columnProductsGo,
	sparseSum:      sparseSumGo,
	sparseProduct:  sparseProductGo,
	sparseHeads:    sparseHeadsGo,
	sparseAdd:      sparseAddGo,
	sparseMax:      sparseMaxGo,
	sparseMin:      sparseMinGo,
	edgeProduct:    edgeProductGo,
	chooseRows:     chooseRowsGo,
	repeat:         repeatGo,
	sparseLanes:    sparseGoLanes,
	stencil:        [2][2]stencilKernels{{stencilGo(1, 1), stencilGo(1, 2)}, {stencilGo(4, 1), stencilGo(4, 2)}},
	stencilMax:     [2]stencilKernels{stencilMaxGo(1), stencilMaxGo(2)},
	choose:         chooseGo,
	fromBytes:      fromBytesGo,
	fromInt32:      fromInt32Go,
	fromUint32:     fromUint32Go,
	mulAdd:         mulAddGo,
	mulAddReLU:     mulAddReLUGo,
	affine:         affineGo,
	momentum:       momentumGo,
	nesterov:       nesterovGo,
	adam:           adamGo,
	pixelMulAdd:    pixelMulAddGo,
	pixelMax:       pixelMaxGo,
	pixelRoute:     pixelRouteGo,
}

// variants are what this processor can run, best first.
var variants = append(native(), plain)

var active = &variants[0]

// Variants lists the names of the sets of kernels that this processor can run, best
// first.
func Variants() []string {
	var names []string
	for _, v := range variants {
		names = append(names, v.name)
	}
	return names
}

// Variant names the set of kernels in use: "avx512", "avx2" or "go".
func Variant() string { return active.name }

// Use chooses the set of kernels by its name, which must be one of Variants. It must not be
// called while kernels run.
func Use(name string) error {
	i := slices.IndexFunc(variants, func(v variant) bool { return v.name == name })
	if i < 0 {
		return fmt.Errorf("simd: no kernels named %q on this processor: there are %s", name, strings.Join(Variants(), ", "))
	}
	active = &variants[i]
	return nil
}
