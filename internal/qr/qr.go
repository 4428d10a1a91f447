package qr

import (
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// Orthonormalize replaces a tall matrix by the Q of its QR decomposition, which has the
// same shape: an orthonormal basis of what the columns span, if they are independent. It
// returns the signs of R's diagonal, −1 or 1. Nothing of the size of rows × rows is made.
func Orthonormalize(a blas64.General) (signs []float64) {
	size := make([]float64, 1)
	tau := make([]float64, a.Cols)
	lapack64.Geqrf(a, tau, size, -1)
	work := make([]float64, max(int(size[0]), a.Cols))
	lapack64.Geqrf(a, tau, work, len(work))
	signs = make([]float64, a.Cols)
	for i := range signs {
		signs[i] = math.Copysign(1, a.Data[i*a.Stride+i])
	}
	lapack64.Orgqr(a, tau, size, -1)
	work = make([]float64, max(int(size[0]), a.Cols))
	lapack64.Orgqr(a, tau, work, len(work))
	return signs
}
