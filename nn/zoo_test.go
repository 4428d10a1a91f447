package nn_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
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
// convolutions and linear layers, counted from the published definitions.
func TestZooCosts(t *testing.T) {
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
		{"mobilenetv1-imagenet", nn.ZooOptions{Width: .75}, 2_585_560, 325_400_448},
		{"mobilenetv2", nn.ZooOptions{}, 3_504_872, 300_774_272},
		{"resnet18-imagenet", nn.ZooOptions{}, 11_689_512, 1_814_073_344},
		{"resnet50", nn.ZooOptions{}, 25_557_032, 4_089_184_256},
		{"resnet18", nn.ZooOptions{}, 11_173_962, 555_422_720},
		// All widths halved, and ×.7 rounded down: the whole network pruned evenly.
		{"resnet20", nn.ZooOptions{Width: .5}, 68_050, 10_248_512},
		{"resnet20", nn.ZooOptions{Width: .7}, 128_017, 19_261_880},
		{"resnet56", nn.ZooOptions{Width: .5}, 214_546, 31_482_176},
		{"resnet56", nn.ZooOptions{Width: .7}, 404_293, 59_406_776},
		{"resnet110", nn.ZooOptions{Width: .5}, 434_290, 63_332_672},
		{"resnet110", nn.ZooOptions{Width: .7}, 818_707, 119_624_120},
	} {
		cost := nn.CostOf(newNetwork(t, row.name, row.options), nil)
		if cost.Parameters != row.parameters || cost.MACs != row.macs {
			t.Errorf("%s ×%g: %d parameters, %d MACs, want %d and %d",
				row.name, row.options.Width, cost.Parameters, cost.MACs, row.parameters, row.macs)
		}
	}
}

// Multiply-accumulates of the convolutions alone.
func TestZooConvolutionMACs(t *testing.T) {
	for name, want := range map[string]int{
		"resnet20": 40_550_400, "resnet56": 125_485_056, "vgg16": 313_196_544, "vgg16-imagenet": 15_346_630_656,
	} {
		macs := 0
		for _, layer := range newNetwork(t, name, nn.ZooOptions{}).Summary(nil).Layers {
			if layer.Kind == nn.KindConvolution {
				macs += layer.MACs
			}
		}
		if macs != want {
			t.Errorf("%s: %d MACs, want %d", name, macs, want)
		}
	}
}

// The weights that the lottery ticket papers' code prunes: all those of
// convolutions and linear layers, but for the layers spared.
func TestZooPrunable(t *testing.T) {
	for _, row := range []struct {
		name          string
		spared        []string
		layers, total int
	}{
		{"lenet300", nil, 3, 266_200},
		{"resnet20b", nil, 22, 270_896},
		{"vgg16", nil, 14, 14_715_584},
		{"vgg16", []string{"classifier"}, 13, 14_710_464},
		{"resnet18", []string{"fc"}, 20, 11_159_232},
		{"resnet18", []string{"fc", "conv1"}, 19, 11_157_504},
		{"wrn32x2", []string{"linear", "conv1"}, 32, 1_853_440},
		{"mobilenetv1", []string{"linear", "conv1"}, 26, 3_184_224},
	} {
		layers, total := 0, 0
		for _, p := range newNetwork(t, row.name, nn.ZooOptions{}).Prunable() {
			if !slices.Contains(row.spared, p.Layer) {
				layers++
				total += p.Size()
			}
		}
		if layers != row.layers || total != row.total {
			t.Errorf("%s without %v: %d weights in %d layers, want %d in %d",
				row.name, row.spared, total, layers, row.total, row.layers)
		}
	}
}

func TestZooPrunableByLayer(t *testing.T) {
	for name, want := range map[string]map[string]int{
		"lenet300":  {"fc1": 235_200, "fc2": 30_000, "fc3": 1_000},
		"resnet20b": {"conv1": 432, "layer1": 13_824, "layer2": 51_200, "layer3": 204_800, "linear": 640},
	} {
		got := map[string]int{}
		for _, p := range newNetwork(t, name, nn.ZooOptions{}).Prunable() {
			stage, _, _ := strings.Cut(p.Layer, ".")
			got[stage] += p.Size()
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// Sizes that papers give rounded, in millions, some of them cut off rather than
// rounded. Structure-LTH's 11.22 M is with the 100 classes of CIFAR-100. Conv-6 is
// not here: see convNet.
func TestZooRoundedParameters(t *testing.T) {
	for _, row := range []struct {
		name    string
		classes int
		want    float64
		digit   float64
	}{
		{"conv2", 10, 4.3, .1},
		{"conv4", 10, 2.4, .1},
		{"vgg19", 10, 20, 1},
		{"wrn32x2", 10, 1.86, .01},
		{"resnet18", 100, 11.22, .01},
		{"mobilenetv1", 10, 3.21, .01},
		{"vgg16", 10, 14.72, .01},
		{"resnet50", 1000, 25.56, .01},
	} {
		parameters := nn.CostOf(newNetwork(t, row.name, nn.ZooOptions{Classes: row.classes}), nil).Parameters
		if got := float64(parameters) / 1e6; math.Abs(got-row.want) >= row.digit {
			t.Errorf("%s: %g million parameters, want %g", row.name, got, row.want)
		}
	}
}

// Of the parameters of Conv-2 and Conv-4, 99 and 89 % are in linear layers.
func TestConvNetsShareOfLinearLayers(t *testing.T) {
	for name, want := range map[string]string{"conv2": "99 %", "conv4": "89 %"} {
		summary := newNetwork(t, name, nn.ZooOptions{}).Summary(nil)
		linear := 0
		for _, layer := range summary.Layers {
			if layer.Kind == nn.KindLinear {
				linear += layer.Parameters
			}
		}
		if got := fmt.Sprintf("%.0f %%", 100*float64(linear)/float64(summary.Parameters)); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
