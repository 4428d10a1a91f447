package prune_test

import (
	"testing"

	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
)

// The shrunk mask has the weights alive that live in the whole network and are not
// cut away: it says of each shrunk weight whether the masked one is zero.
func TestMaskShrink(t *testing.T) {
	n, err := nn.New("mobilenetv1", nn.ZooOptions{Width: .25})
	if err != nil {
		t.Fatal(err)
	}
	random := seed.Seed(1).Stream("mask")
	editor := prune.Ones(n).Edit()
	for _, p := range n.Prunable() {
		out := p.Shape[len(p.Shape)-1]
		for i := range p.Size() {
			editor.Set(p.Name, i, i%out%4 == 0 || i%out%4 == 1 && random.IntN(2) == 0)
		}
	}
	mask := editor.Mask()
	weights, err := nn.Initialize(n, nn.SignedConstant, 1)
	if err != nil {
		t.Fatal(err)
	}
	shrunk, err := nn.Shrink(n, weights, mask, nn.Silent)
	if err != nil {
		t.Fatal(err)
	}
	small := mask.Shrink(shrunk)
	if err := small.Fits(shrunk.Network); err != nil {
		t.Fatal(err)
	}
	if small.Count() == small.Size() || small.Size() >= mask.Size()/2 {
		t.Errorf("%d of %d weights live, of %d of %d", small.Count(), small.Size(), mask.Count(), mask.Size())
	}
	general := shrunk.Mask(mask)
	for _, name := range small.Names() {
		if general.CountOf(name) != small.CountOf(name) || general.SizeOf(name) != small.SizeOf(name) {
			t.Errorf("%s: %d of %d weights live, want %d of %d",
				name, general.CountOf(name), general.SizeOf(name), small.CountOf(name), small.SizeOf(name))
		}
		for i, w := range shrunk.Weights[name] {
			if small.Lives(name, i) != (w != 0) {
				t.Fatalf("%s[%d] is %g, and it lives: %v", name, i, w, small.Lives(name, i))
			}
		}
	}
}
