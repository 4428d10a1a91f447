package cgp

import (
	"testing"

	"espalier/data"
	"espalier/seed"
)

func TestReversed(t *testing.T) {
	g := star(t)
	edges := g.Edges()
	for entry, other := range reversed(g) {
		if want := (data.Edge{From: edges[entry].To, To: edges[entry].From}); edges[other] != want {
			t.Errorf("the reverse of %v is %v", edges[entry], edges[other])
		}
	}
}

func TestSymmetricKeepsPairs(t *testing.T) {
	g := star(t)
	edges, reverse := g.Edges(), reversed(g)
	for _, c := range []struct {
		density float64
		left    int
	}{{1, 8}, {.75, 6}, {.7, 6}, {.25, 2}} {
		scores := byChance(len(edges), seed.Seed(2).Stream("scores"))
		mask, err := symmetric(g, scores, c.density)
		if err != nil {
			t.Fatal(err)
		}
		if got := mask.CountOf(Edges); got != c.left {
			t.Errorf("density %g: %d directed edges left, want %d", c.density, got, c.left)
		}
		least, most := float32(100), float32(0)
		for entry, e := range edges {
			lives := mask.Lives(Edges, entry)
			if lives != mask.Lives(Edges, int(reverse[entry])) {
				t.Errorf("density %g: one direction of %v lives", c.density, e)
			}
			switch {
			case e.From > e.To:
			case lives:
				least = min(least, scores[entry])
			default:
				most = max(most, scores[entry])
			}
		}
		if most > least {
			t.Errorf("density %g: a pair of score %v goes, one of %v stays", c.density, most, least)
		}
	}
}
