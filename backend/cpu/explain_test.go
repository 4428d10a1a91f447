package cpu

import (
	"strings"
	"testing"
)

func TestExplain(t *testing.T) {
	for _, m := range []model{lenet300, cnn, residual} {
		tr, err := m.build(newBackend(t, ""))
		if err != nil {
			t.Fatal(err)
		}
		text, err := Explain(tr.executable)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"operations recorded", "arena", "over input", "fused [", "DotGeneral ["} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", m.name, want, text)
			}
		}
	}
}

// TestGroupsOfGradientsAreJoined wants one convolution for each gradient, however
// many groups it has.
func TestGroupsOfGradientsAreJoined(t *testing.T) {
	tr, err := grouped.build(newBackend(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	text, err := Explain(tr.executable)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"forward", "gradient by input", "gradient by weights"} {
		for _, groups := range []string{"groups 4", "groups 32"} {
			found := 0
			for line := range strings.Lines(text) {
				if strings.Contains(line, want) && strings.Contains(line, groups) {
					found++
				}
			}
			if found != 1 {
				t.Errorf("%d steps are %s with %s\n%s", found, want, groups, text)
			}
		}
	}
	if n := strings.Count(text, "ConvGeneral"); n != 8 {
		t.Errorf("%d convolutions, want 8\n%s", n, text)
	}
}
