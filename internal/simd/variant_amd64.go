//go:build !noasm

package simd

import "golang.org/x/sys/cpu"

// native returns the variants in assembly that this processor can run.
func native() []variant {
	var vs []variant
	x := cpu.X86
	if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL && x.HasBMI2 && x.HasFMA {
		vs = append(vs, avx512)
	}
	if x.HasAVX2 && x.HasFMA && x.HasBMI2 {
		vs = append(vs, avx2)
	}
	return vs
}

var avx512 = variant{
	name: "avx512",
	rows: [2][5]func(*tile){
		{tileRows1x16AVX512, tileRows4x16AVX512, tileRows8x16AVX512, tileRows12x16AVX512, tileRows16x16AVX512},
		{tileRows1x32AVX512, tileRows4x32AVX512, tileRows8x32AVX512, tileRows12x32AVX512},
	},
	panel: [17][2]func(*tile){
		12: {tilePanel12x16AVX512, tilePanel12x32AVX512},
		16: {tilePanel16x16AVX512},
	},
	wide:           12,
	narrow:         16,
	packColumns:    packColumnsAVX512,
	packTransposed: packTransposedAVX512,
	unary: [unaries]func(dst, x *float32, n int){
		Neg:     unaryNegAVX512,
		Abs:     unaryAbsAVX512,
		Sqrt:    unarySqrtAVX512,
		Rsqrt:   unaryRsqrtAVX512,
		ReLU:    unaryReLUAVX512,
		Exp:     unaryExpAVX512,
		Log:     unaryLogAVX512,
		Tanh:    unaryTanhAVX512,
		Sigmoid: unarySigmoidAVX512,
	},
	binary: [binaries]func(dst, x, y *float32, n int){
		Add:            binaryAddAVX512,
		Sub:            binarySubAVX512,
		Mul:            binaryMulAVX512,
		Div:            binaryDivAVX512,
		Max:            binaryMaxAVX512,
		Min:            binaryMinAVX512,
		ReLUGradient:   binaryReLUGradientAVX512,
		Equal:          binaryEqualAVX512,
		NotEqual:       binaryNotEqualAVX512,
		Greater:        binaryGreaterAVX512,
		GreaterOrEqual: binaryGreaterOrEqualAVX512,
	},
	scalar: [binaries]func(dst, x *float32, y float32, n int){
		Add:            scalarAddAVX512,
		Sub:            scalarSubAVX512,
		Mul:            scalarMulAVX512,
		Div:            scalarDivAVX512,
		Max:            scalarMaxAVX512,
		Min:            scalarMinAVX512,
		ReLUGradient:   scalarReLUGradientAVX512,
		Equal:          scalarEqualAVX512,
		NotEqual:       scalarNotEqualAVX512,
		Greater:        scalarGreaterAVX512,
		GreaterOrEqual: scalarGreaterOrEqualAVX512,
	},
	axpy:           axpyAVX512,
	philox:         philoxAVX512,
	philoxLanes:    16,
	sum:            sumAVX512,
	squares:        squaresAVX512,
	dot:            dotAVX512,
	greatest:       greatestAVX512,
	expSum:         expSumAVX512,
	columnSums:     columnSumsAVX512,
	columnMoments:  columnMomentsAVX512,
	columnProducts: columnProductsAVX512,
	mulAdd:         mulAddAVX512,
	choose:         chooseAVX512,
	fromBytes:      fromBytesAVX512,
	mulAddReLU:     mulAddReLUAVX512,
	affine:         affineAVX512,
	momentum:       momentumAVX512,
	adam:           adamAVX512,
	pixelMulAdd:    pixelMulAddAVX512,
	pixelMax:       pixelMaxAVX512,
	pixelRoute:     pixelRouteAVX512,
	pixelProducts:  pixelProductsAVX512,
}

var avx2 = variant{
	name:           "avx2",
	rows:           [2][5]func(*tile){{tileRows1x16AVX2, tileRows4x16AVX2}},
	panel:          [17][2]func(*tile){6: {tilePanel6x16AVX2}},
	wide:           6,
	narrow:         6,
	packColumns:    packColumnsGo,
	packTransposed: packTransposedGo,
	unary: [unaries]func(dst, x *float32, n int){
		Neg:     unaryNegAVX2,
		Abs:     unaryAbsAVX2,
		Sqrt:    unarySqrtAVX2,
		Rsqrt:   unaryRsqrtAVX2,
		ReLU:    unaryReLUAVX2,
		Exp:     unaryExpAVX2,
		Log:     unaryLogAVX2,
		Tanh:    unaryTanhAVX2,
		Sigmoid: unarySigmoidAVX2,
	},
	binary: [binaries]func(dst, x, y *float32, n int){
		Add:            binaryAddAVX2,
		Sub:            binarySubAVX2,
		Mul:            binaryMulAVX2,
		Div:            binaryDivAVX2,
		Max:            binaryMaxAVX2,
		Min:            binaryMinAVX2,
		ReLUGradient:   binaryReLUGradientAVX2,
		Equal:          binaryEqualAVX2,
		NotEqual:       binaryNotEqualAVX2,
		Greater:        binaryGreaterAVX2,
		GreaterOrEqual: binaryGreaterOrEqualAVX2,
	},
	scalar: [binaries]func(dst, x *float32, y float32, n int){
		Add:            scalarAddAVX2,
		Sub:            scalarSubAVX2,
		Mul:            scalarMulAVX2,
		Div:            scalarDivAVX2,
		Max:            scalarMaxAVX2,
		Min:            scalarMinAVX2,
		ReLUGradient:   scalarReLUGradientAVX2,
		Equal:          scalarEqualAVX2,
		NotEqual:       scalarNotEqualAVX2,
		Greater:        scalarGreaterAVX2,
		GreaterOrEqual: scalarGreaterOrEqualAVX2,
	},
	axpy:           axpyAVX2,
	philox:         philoxAVX2,
	philoxLanes:    8,
	sum:            sumAVX2,
	squares:        squaresAVX2,
	dot:            dotAVX2,
	greatest:       greatestAVX2,
	expSum:         expSumAVX2,
	columnSums:     columnSumsAVX2,
	columnMoments:  columnMomentsAVX2,
	columnProducts: columnProductsAVX2,
	mulAdd:         mulAddAVX2,
	choose:         chooseAVX2,
	fromBytes:      fromBytesAVX2,
	mulAddReLU:     mulAddReLUAVX2,
	affine:         affineAVX2,
	momentum:       momentumAVX2,
	adam:           adamAVX2,
	pixelMulAdd:    pixelMulAddAVX2,
	pixelMax:       pixelMaxAVX2,
	pixelRoute:     pixelRouteAVX2,
	pixelProducts:  pixelProductsAVX2,
}
