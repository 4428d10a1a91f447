package show

import "espalier/experiments"

// Masks displays the masks of one weight tensor of the network at a pruning level, side
// by side for some methods, each from the first of its results; see
// experiments.Store.MaskFigure.
func Masks(results []*experiments.Result, level int, parameter string, methods ...string) error {
	var chosen []*experiments.Result
	for _, method := range methods {
		result, err := experiments.FirstOf(results, method)
		if err != nil {
			return err
		}
		chosen = append(chosen, result)
	}
	drawn, err := Store().MaskFigure(chosen, level, parameter)
	if err != nil {
		return err
	}
	return Figure(drawn)
}
