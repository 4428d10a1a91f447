package nn_test

import (
	"math"
	"strings"
	"testing"

	"espalier/nn"
)

// Parameters are called as in the PyTorch code whose checkpoints are in use:
// akamaster's CIFAR ResNets, torchvision, and kuangliu's MobileNet.
func TestZooParameterNames(t *testing.T) {
	for name, layers := range map[string][]string{
		"lenet300":       {"fc1", "fc2", "fc3"},
		"conv2":          {"conv1", "conv2", "fc1", "fc3"},
		"resnet20":       {"conv1", "bn1", "layer1.0.conv1", "layer1.0.bn1", "layer3.2.conv2", "layer3.2.bn2", "linear"},
		"resnet20b":      {"layer2.0.shortcut.0", "layer2.0.shortcut.1", "layer3.0.shortcut.0"},
		"wrn32x2":        {"layer1.4.conv2", "layer2.0.shortcut.0", "linear"},
		"resnet18":       {"conv1", "bn1", "layer1.0.conv1", "layer2.0.downsample.0", "layer2.0.downsample.1", "layer4.1.bn2", "fc"},
		"resnet50":       {"layer1.0.conv3", "layer1.0.bn3", "layer1.0.downsample.0", "layer3.5.conv2", "fc"},
		"vgg16":          {"features.0", "features.1", "features.3", "features.7", "features.40", "features.41", "classifier"},
		"vgg16-imagenet": {"features.0", "features.2", "features.28", "classifier.0", "classifier.3", "classifier.6"},
		"mobilenetv1":    {"conv1", "bn1", "layers.0.conv1", "layers.0.bn1", "layers.12.conv2", "layers.12.bn2", "linear"},
		"mobilenetv2": {"features.0.0", "features.0.1", "features.1.conv.0.0", "features.1.conv.1", "features.1.conv.2",
			"features.2.conv.0.0", "features.2.conv.1.0", "features.2.conv.2", "features.2.conv.3", "features.18.0", "classifier.1"},
	} {
		network := newNetwork(t, name, nn.ZooOptions{})
		owners := map[string]bool{}
		for _, p := range network.Parameters() {
			owners[p.Layer] = true
		}
		for _, layer := range layers {
			if !owners[layer] {
				t.Errorf("%s: no parameter belongs to a layer %s", name, layer)
			}
		}
	}
}

func TestZooOptions(t *testing.T) {
	for _, name := range nn.ZooNames() {
		network := newNetwork(t, name, nn.ZooOptions{Classes: 7, Width: .25})
		if network.Name != name || network.Output() != nn.Vector(7) {
			t.Errorf("%s with 7 classes has name %s and output %s", name, network.Name, network.Output())
		}
		if narrow, full := nn.CostOf(network, nil), nn.CostOf(newNetwork(t, name, nn.ZooOptions{}), nil); narrow.MACs >= full.MACs/3 {
			t.Errorf("%s: a quarter of the width costs %d of %d MACs", name, narrow.MACs, full.MACs)
		}
	}
	wide := newNetwork(t, "resnet20", nn.ZooOptions{Input: nn.Shape{Height: 48, Width: 40, Channels: 1}})
	if wide.Input.Width != 40 || wide.Parameters()[0].Shape[2] != 1 {
		t.Errorf("input %s, first weight %v", wide.Input, wide.Parameters()[0].Shape)
	}
}

// MobileNet-V2's widths are multiples of eight, at most a tenth below the product,
// and its last convolution has 1280 channels or more.
func TestMobileNetV2Widths(t *testing.T) {
	for width, want := range map[float64]map[string]int{
		.35: {"features.0.0": 16, "features.1.conv.1": 8, "features.2.conv.2": 8, "features.4.conv.2": 16, "features.18.0": 1280},
		.75: {"features.0.0": 24, "features.1.conv.1": 16, "features.2.conv.2": 24, "features.11.conv.2": 72, "features.18.0": 1280},
		1.4: {"features.0.0": 48, "features.1.conv.1": 24, "features.2.conv.2": 32, "features.17.conv.2": 448, "features.18.0": 1792},
	} {
		for _, p := range newNetwork(t, "mobilenetv2", nn.ZooOptions{Width: width}).Prunable() {
			if out, ok := want[p.Layer]; ok && out != p.Shape[3] {
				t.Errorf("×%g: %s has %d channels, want %d", width, p.Layer, p.Shape[3], out)
			}
		}
	}
}

func TestNewErrors(t *testing.T) {
	small := nn.Shape{Height: 8, Width: 8, Channels: 3}
	for _, bad := range []struct {
		name    string
		options nn.ZooOptions
		want    string
	}{
		{"vgg16", nn.ZooOptions{Input: small}, "network vgg16: layer features.33: max pool with window 2 and padding 0: input 512 is too small"},
		{"resnet20", nn.ZooOptions{Input: nn.Shape{Height: 8, Width: 8}}, "network resnet20: input shape 0x8x8 has a side below 1"},
		{"lenet300", nn.ZooOptions{Classes: -1}, "network lenet300: -1 classes"},
		{"lenet300", nn.ZooOptions{Width: -1}, "network lenet300: width ×-1 is not a positive number"},
		{"lenet300", nn.ZooOptions{Width: math.Inf(1)}, "network lenet300: width ×+Inf is not a positive number"},
		{"lenet300", nn.ZooOptions{Width: math.NaN()}, "network lenet300: width ×NaN is not a positive number"},
	} {
		if _, err := nn.New(bad.name, bad.options); err == nil || err.Error() != bad.want {
			t.Errorf("New(%q, %+v): %v\nwant %s", bad.name, bad.options, err, bad.want)
		}
	}
	_, err := nn.New("alexnet", nn.ZooOptions{})
	if err == nil || !strings.HasPrefix(err.Error(), `no network is called "alexnet": there are conv2, conv4, conv6, lenet-digits, lenet300, `) {
		t.Errorf("got %v", err)
	}
}
