package nn

import "testing"

// Residual networks with channels removed: the residual stream keeps "shared" and
// the inside of the blocks "inner" channels.
func TestCIFARResNetPruned(t *testing.T) {
	full := [3]int{16, 32, 64}
	for _, row := range []struct {
		blocks           int
		shared, inner    [3]int
		parameters, macs int
	}{
		{3, [3]int{8, 16, 32}, [3]int{8, 16, 32}, 68_050, 10_248_512},
		{3, [3]int{11, 22, 44}, [3]int{11, 22, 44}, 128_017, 19_261_880},
		{3, [3]int{16, 24, 48}, [3]int{16, 24, 48}, 159_258, 29_417_952},
		{3, full, [3]int{8, 16, 32}, 135_754, 20_497_024},
		{3, full, [3]int{4, 9, 19}, 79_882, 11_483_776},
		{9, [3]int{8, 16, 32}, [3]int{8, 16, 32}, 214_546, 31_482_176},
		{9, [3]int{11, 22, 44}, [3]int{11, 22, 44}, 404_293, 59_406_776},
		{9, [3]int{16, 24, 48}, [3]int{16, 24, 48}, 500_058, 89_580_000},
		{9, full, [3]int{8, 16, 32}, 428_074, 62_964_352},
		{9, full, [3]int{3, 6, 12}, 162_484, 23_888_512},
		{18, [3]int{8, 16, 32}, [3]int{8, 16, 32}, 434_290, 63_332_672},
		{18, [3]int{11, 22, 44}, [3]int{11, 22, 44}, 818_707, 119_624_120},
		{18, full, [3]int{8, 16, 32}, 866_554, 126_665_344},
	} {
		c := NewComposer("pruned", cifarInput)
		cifarResNet{blocks: row.blocks, shared: row.shared, inner: row.inner, shortcut: padded}.compose(c, 10)
		network, err := c.Network()
		if err != nil {
			t.Fatal(err)
		}
		if cost := CostOf(network, nil); cost.Parameters != row.parameters || cost.MACs != row.macs {
			t.Errorf("%d blocks, shared %v, inner %v: %d parameters, %d MACs, want %d and %d",
				row.blocks, row.shared, row.inner, cost.Parameters, cost.MACs, row.parameters, row.macs)
		}
	}
}
