package seed_test

import (
	"fmt"
	"testing"

	"espalier/seed"
)

func TestStreamsAreReproducibleAndApart(t *testing.T) {
	first := seed.Seed(7).Stream("order", 3).Uint64()
	if again := seed.Seed(7).Stream("order", 3).Uint64(); again != first {
		t.Errorf("the same stream gave %d, then %d", first, again)
	}
	seen := map[uint64]string{}
	for _, s := range []seed.Seed{0, 1, 7} {
		for _, name := range []string{"", "o", "order", "crop"} {
			for _, index := range [][]int{nil, {0}, {1}, {0, 0}, {1, 0}, {0, 1}} {
				label := fmt.Sprint(s, name, index)
				draw := s.Stream(name, index...).Uint64()
				if other, ok := seen[draw]; ok {
					t.Errorf("streams %s and %s begin alike", label, other)
				}
				seen[draw] = label
			}
		}
	}
}

// The value is frozen: every stored result depends on it.
func ExampleSeed_Stream() {
	order := seed.Seed(1).Stream("order", 0).Perm(5)
	fmt.Println(order)
	// Output:
	// [0 3 1 2 4]
}
