package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"espalier/internal/durable"
	"espalier/nn"
	"espalier/nn/export"
	"espalier/prune"
)

// digits writes weights of the digits' residual network with a mask that removes
// half of the channels, beside them and as a file of its own.
func digits(t *testing.T, folder string) (weightsFile, maskFile string) {
	t.Helper()
	n, err := nn.New("resnet-digits", nn.ZooOptions{})
	if err != nil {
		t.Fatal(err)
	}
	weights, err := nn.Initialize(n, nn.KaimingNormal, 1)
	if err != nil {
		t.Fatal(err)
	}
	editor := prune.Ones(n).Edit()
	for _, p := range n.Prunable() {
		if !strings.HasSuffix(p.Layer, "conv1") {
			continue
		}
		for i := range p.Size() {
			editor.Set(p.Name, i, i%2 == 0)
		}
	}
	mask := editor.Mask()
	if weights, err = mask.Apply(weights); err != nil {
		t.Fatal(err)
	}
	form, err := mask.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	weightsFile, maskFile = filepath.Join(folder, "digits.safetensors"), filepath.Join(folder, "mask")
	if err := os.WriteFile(maskFile, form, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := export.Write(durable.OS{}, weightsFile, export.Model{Network: n, Weights: weights, Mask: mask}); err != nil {
		t.Fatal(err)
	}
	return weightsFile, maskFile
}

// emptied writes a mask that prunes all weights of a layer.
func emptied(t *testing.T, folder string) string {
	t.Helper()
	n, err := nn.New("resnet-digits", nn.ZooOptions{})
	if err != nil {
		t.Fatal(err)
	}
	editor := prune.Ones(n).Edit()
	for _, p := range n.Prunable() {
		for i := range p.Size() {
			editor.Set(p.Name, i, p.Layer != "layer1.0.conv1")
		}
	}
	form, err := editor.Mask().MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "empty")
	if err := os.WriteFile(path, form, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestNetworkWithWeightsAndMask(t *testing.T) {
	folder := t.TempDir()
	weights, mask := digits(t, folder)
	for _, arguments := range [][]string{{"--weights", weights}, {"--mask", mask}} {
		masked := objects(t, espalier(t, append([]string{"network", "resnet-digits", "--json"}, arguments...)...).out)[0]
		shrunk := objects(t, espalier(t, append([]string{"network", "resnet-digits", "--json", "--shrink"}, arguments...)...).out)[0]
		if live, all := masked["live_macs"].(float64), masked["macs"].(float64); live >= all || shrunk["macs"].(float64) >= live {
			t.Errorf("%v: %g of %g MACs live, and %g are left", arguments, live, all, shrunk["macs"])
		}
	}
}

func TestNetworkIsExported(t *testing.T) {
	folder := t.TempDir()
	weights, mask := digits(t, folder)
	for _, ending := range export.Endings() {
		whole, small := filepath.Join(folder, "whole"+ending), filepath.Join(folder, "small"+ending)
		got := inFolder(t, folder, "network", "resnet-digits", "--weights", weights, "-o", whole)
		if got.status != 0 || got.out != "" || !strings.Contains(got.err, "resnet-digits, 75,002 parameters: "+whole) {
			t.Errorf("status %d: %s%s", got.status, got.out, got.err)
		}
		got = inFolder(t, folder, "network", "resnet-digits", "--weights", weights, "--mask", mask, "--shrink", "-o", small)
		if got.status != 0 {
			t.Errorf("status %d: %s", got.status, got.err)
		}
		if a, b := size(t, whole), size(t, small); b == 0 || b >= a {
			t.Errorf("%s: %d bytes, shrunk %d", ending, a, b)
		}
	}
	again := objects(t, espalier(t, "network", "resnet-digits", "--json", "--weights", filepath.Join(folder, "whole.npz")).out)[0]
	if again["live_macs"] == again["macs"] {
		t.Error("the masks did not go along")
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestExportIsRefused(t *testing.T) {
	folder := t.TempDir()
	weights, mask := digits(t, folder)
	empty := emptied(t, folder)
	other := filepath.Join(folder, "other.onnx")
	for _, bad := range []struct {
		arguments []string
		status    int
		want      string
	}{
		{[]string{"resnet-digits", "-o", other}, 2, "there are no weights; name them with --weights FILE"},
		{[]string{"resnet-digits", "--weights", weights, "-o", "a.pth"}, 2, "the name must end in one of .npz, .onnx, .safetensors"},
		{[]string{"resnet-digits", "--shrink"}, 2, "there is no mask"},
		{[]string{"resnet20", "--weights", weights, "-o", other}, 1, "network resnet20: conv1.weight has shape [16 1 3 3] in the file, want [16 3 3 3]"},
		{[]string{"resnet-digits", "--weights", weights, "--mask", empty, "--shrink", "-o", other}, 1, "layer layer1.0.conv1 would lose all of its 16 channels"},
		{[]string{"resnet20", "--mask", mask}, 1, "the mask's parameter 0 is conv1.weight [3 3 1 16], that of the network resnet20 is conv1.weight [3 3 3 16]"},
		{[]string{"resnet-digits", "--mask", weights}, 1, "read mask: it begins with"},
		{[]string{"resnet-digits", "--weights", mask}, 1, "weights file"},
	} {
		got := inFolder(t, folder, append([]string{"network"}, bad.arguments...)...)
		if got.status != bad.status || !strings.Contains(got.err, bad.want) || strings.Count(got.err, "\n") != 1 {
			t.Errorf("%v: status %d: %s, want %d: %s", bad.arguments, got.status, got.err, bad.status, bad.want)
		}
		if _, err := os.Stat(other); err == nil {
			t.Errorf("%v wrote a file", bad.arguments)
		}
	}
}
