package data

import (
	"slices"
	"testing"
)

func TestRealFashionMNIST(t *testing.T) {
	expectReal(t, "fashion-mnist", known{
		trainCounts: slices.Repeat([]int{6000}, 10),
		testCounts:  slices.Repeat([]int{1000}, 10),
		trainDigest: "f30683e9d3514be12fb730129bce69b712a341eea614d692c3a07a8ac9d00973",
		testDigest:  "6b2a4e05e0ccf273344f35d8ccef23f5e07b8039803ac70cc0e019018e1269af",
		tolerance:   5e-5,
	})
}
