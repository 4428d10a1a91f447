package qr_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"espalier/internal/qr"
	"espalier/seed"
)

// Q has orthonormal columns, and QᵀA is triangular with the signs that are returned: QR
// gives A back.
func TestOrthonormalize(t *testing.T) {
	for _, shape := range [][2]int{{1, 1}, {5, 5}, {40, 3}, {200, 70}} {
		rows, columns := shape[0], shape[1]
		random := seed.Seed(rows).Stream("matrix")
		a := mat.NewDense(rows, columns, nil)
		for i := range rows {
			for j := range columns {
				a.Set(i, j, random.NormFloat64())
			}
		}
		q := mat.DenseCopyOf(a)
		signs := qr.Orthonormalize(q.RawMatrix())
		var identity, r, again mat.Dense
		identity.Mul(q.T(), q)
		r.Mul(q.T(), a)
		again.Mul(q, &r)
		for i := range columns {
			for j := range columns {
				want := 0.
				if i == j {
					want = 1
				}
				if math.Abs(identity.At(i, j)-want) > 1e-12 {
					t.Fatalf("%v: columns %d and %d have the product %v", shape, i, j, identity.At(i, j))
				}
				if i > j && math.Abs(r.At(i, j)) > 1e-10 {
					t.Fatalf("%v: R has %v below its diagonal", shape, r.At(i, j))
				}
			}
			if signs[i]*r.At(i, i) <= 0 || math.Abs(signs[i]) != 1 {
				t.Fatalf("%v: %v is the sign of %v", shape, signs[i], r.At(i, i))
			}
		}
		if !mat.EqualApprox(&again, a, 1e-10) {
			t.Errorf("%v: QR is another matrix", shape)
		}
	}
}
