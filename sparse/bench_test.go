package sparse

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"espalier/nn"
	"espalier/prune"
)

// uniformMask prunes a part of the weights of each layer but the first and the last.
func uniformMask(n *nn.Network, random *rand.Rand, pruned float64) *prune.Mask {
	editor := prune.Ones(n).Edit()
	all := n.Prunable()
	for _, p := range all[1 : len(all)-1] {
		for i := range p.Size() {
			editor.Set(p.Name, i, random.Float64() >= pruned)
		}
	}
	return editor.Mask()
}

func BenchmarkProgram(b *testing.B) {
	const batch = 64
	n, err := nn.New("resnet18", nn.ZooOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for _, pruned := range []float64{0, .8, .9, .95} {
		b.Run(fmt.Sprintf("%s-%g-b%d", n.Name, pruned, batch), func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 2))
			p, err := Compile(b.Context(), n, randomWeights(b, n, random), uniformMask(n, random, pruned), Options{Batch: batch})
			if err != nil {
				b.Fatal(err)
			}
			defer p.Close()
			if err := p.Choice().WriteTable(os.Stdout); err != nil {
				b.Fatal(err)
			}
			images := noise(random, batch*n.Input.Size())
			for b.Loop() {
				if _, err := p.Run(b.Context(), images); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
