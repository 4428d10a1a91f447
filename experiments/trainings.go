package experiments

// trainings are what one seed on one data set takes: how many cells, and how many
// trainings of the whole length, in iterations and in time.
type trainings struct {
	cells             int
	iterations, whole float64
}

// add adds a training of a part of the length, of a network with a part of the
// multiply-accumulates.
func (t *trainings) add(length, macs float64) {
	t.iterations += length
	t.whole += length * macs
}

// costOf is the cost of trainings for every seed and data set of a setting.
func (t Training) costOf(s Setting, sets []string, network string, width float64, of trainings) (Cost, error) {
	cost := Cost{Cells: s.Seeds * len(sets) * of.cells}
	for _, set := range sets {
		one, err := t.cost(set, network, width)
		if err != nil {
			return Cost{}, err
		}
		cost.Iterations += int(float64(s.Seeds) * of.iterations * float64(one.Iterations))
		cost.Minutes += float64(s.Seeds) * of.whole * one.Minutes
	}
	return cost, nil
}
