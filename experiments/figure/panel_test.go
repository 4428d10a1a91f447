package figure

import "testing"

func TestRangesOfASinglePlace(t *testing.T) {
	panel := Panel{Scale: LogarithmicDown, Lines: []Line{{X: []float64{100}, Y: []float64{80}}}}
	if low, high, _, _ := panel.ranges(); low != 50 || high != 100 {
		t.Errorf("what remains is drawn from %v down to %v, want 100 down to 50", high, low)
	}
}

func TestSharedHeights(t *testing.T) {
	panels := []Panel{
		{Lines: []Line{{X: []float64{0, 1}, Y: []float64{0, 10}}}},
		{Lines: []Line{{X: []float64{0, 1}, Y: []float64{50, 60}}}},
	}
	if shared := (Figure{Panels: panels, SameHeights: true}).sharedHeights(); shared == nil || shared.min > 0 || shared.max < 60 {
		t.Errorf("heights %v do not hold those of both panels", shared)
	}
	if shared := (Figure{Panels: panels}).sharedHeights(); shared != nil {
		t.Errorf("panels share heights %v unasked", shared)
	}
}
