package prune_test

import (
	"slices"
	"testing"

	"espalier/nn"
	"espalier/prune"
)

func TestProjectionShortcuts(t *testing.T) {
	for network, want := range map[string][]string{
		"resnet20":    nil,
		"resnet18":    {"layer2.0.downsample.0", "layer3.0.downsample.0", "layer4.0.downsample.0"},
		"resnet20b":   {"layer2.0.shortcut.0", "layer3.0.shortcut.0"},
		"vgg16":       nil,
		"resnet50":    {"layer1.0.downsample.0", "layer2.0.downsample.0", "layer3.0.downsample.0", "layer4.0.downsample.0"},
		"mobilenetv2": nil,
	} {
		n := must[*nn.Network](t)(nn.New(network, nn.ZooOptions{}))
		if got := prune.ProjectionShortcuts(n); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", network, got, want)
		}
	}
}

func TestInnerConvolutions(t *testing.T) {
	for network, want := range map[string]struct {
		count       int
		first, last string
	}{
		"resnet20":    {9, "layer1.0.conv1", "layer3.2.conv1"},
		"resnet20b":   {9, "layer1.0.conv1", "layer3.2.conv1"},
		"resnet50":    {33, "conv1", "layer4.2.conv2"}, // its stem goes into a pool and the first block's two convolutions
		"vgg16":       {13, "features.0", "features.40"},
		"mobilenetv1": {14, "conv1", "layers.12.conv2"},
		"lenet300":    {},
	} {
		n := must[*nn.Network](t)(nn.New(network, nn.ZooOptions{}))
		got := prune.InnerConvolutions(n)
		if len(got) != want.count || want.count > 0 && (got[0] != want.first || got[len(got)-1] != want.last) {
			t.Errorf("%s: %v, want %d from %s to %s", network, got, want.count, want.first, want.last)
		}
	}
}
