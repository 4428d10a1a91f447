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
		t.Logf("%s", text)
		for _, want := range []string{"operations recorded", "arena", "over input", "fused [", "DotGeneral ["} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", m.name, want, text)
			}
		}
	}
}
