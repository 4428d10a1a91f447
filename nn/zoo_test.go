package nn_test

import (
	"testing"

	"espalier/nn"
)

func newNetwork(t testing.TB, name string, o nn.ZooOptions) *nn.Network {
	t.Helper()
	network, err := nn.New(name, o)
	if err != nil {
		t.Fatal(err)
	}
	return network
}

// Parameters with batch norm's scale and offset, and multiply-accumulates of
// convolutions and linear layers, as published code and papers have them.
func TestZooCosts(t *testing.T) {
	threeQuarters := nn.ZooOptions{Width: .75}
	for _, row := range []struct {
		name             string
		options          nn.ZooOptions
		parameters, macs int
	}{
		{"resnet20", nn.ZooOptions{}, 269_722, 40_551_040},
		{"resnet20b", nn.ZooOptions{}, 272_474, 40_813_184},
		{"resnet32", nn.ZooOptions{}, 464_154, 68_862_592},
		{"resnet32b", nn.ZooOptions{}, 466_906, 69_124_736},
		{"resnet44", nn.ZooOptions{}, 658_586, 97_174_144},
		{"resnet44b", nn.ZooOptions{}, 661_338, 97_436_288},
		{"resnet56", nn.ZooOptions{}, 853_018, 125_485_696},
		{"resnet56b", nn.ZooOptions{}, 855_770, 125_747_840},
		{"resnet110", nn.ZooOptions{}, 1_727_962, 252_887_680},
		{"resnet110b", nn.ZooOptions{}, 1_730_714, 253_149_824},
		{"resnet1202", nn.ZooOptions{}, 19_421_274, 2_829_238_912},
		{"vgg16", nn.ZooOptions{}, 14_728_266, 313_201_664},
		{"vgg16-nobias", nn.ZooOptions{}, 14_724_042, 313_201_664},
		{"vgg16-fc512", nn.ZooOptions{}, 14_990_922, 313_463_808},
		{"vgg16-plain", nn.ZooOptions{}, 15_245_130, 313_725_952},
		{"vgg11-plain", nn.ZooOptions{}, 9_750_922, 153_293_824},
		{"vgg16-imagenet", nn.ZooOptions{}, 138_357_544, 15_470_264_320},
		{"vgg16-bn-imagenet", nn.ZooOptions{}, 138_365_992, 15_470_264_320},
		{"mobilenetv1-imagenet", nn.ZooOptions{}, 4_231_976, 568_740_352},
		{"mobilenetv1-imagenet", threeQuarters, 2_585_560, 325_400_448},
		{"mobilenetv2", nn.ZooOptions{}, 3_504_872, 300_774_272},
		{"resnet18-imagenet", nn.ZooOptions{}, 11_689_512, 1_814_073_344},
		{"resnet50", nn.ZooOptions{}, 25_557_032, 4_089_184_256},
		{"resnet18", nn.ZooOptions{}, 11_173_962, 555_422_720},
	} {
		cost := nn.CostOf(newNetwork(t, row.name, row.options), nil)
		if cost.Parameters != row.parameters || cost.MACs != row.macs {
			t.Errorf("%s ×%g: %d parameters, %d MACs, want %d and %d",
				row.name, row.options.Width, cost.Parameters, cost.MACs, row.parameters, row.macs)
		}
	}
}
