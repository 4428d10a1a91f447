package experiments

import (
	"fmt"

	"espalier/lth"
)

// softRemaining is what is left of the weights at a rate of soft pruning, about, in the
// residual networks for CIFAR: filters are rounded down, and linear layers stay.
var softRemaining = map[float64]float64{0: 1, 0.1: 0.9075, 0.2: 0.8125, 0.3: 0.7075, 0.4: 0.6135}

// softPublished are the accuracies of He et al. on CIFAR-10, means of three runs at the
// best epoch, and the multiply-accumulates that are left by the count of their script,
// which has rates and networks of which the paper's table has no row. What they print
// for ResNet-32 at 20 and 30 % are apparent misprints and left out.
func softPublished() []Published {
	const paper, later = "He et al. 2018", "He et al. 2018, as printed by He et al. 2019 (FPGM)"
	const script = "the formula of He et al.'s script"
	var published []Published
	for _, p := range []struct {
		network, method string
		rate, accuracy  float64
		source          string
	}{
		{"resnet20", Dense, 0, 92.20, paper},
		{"resnet20", lth.SoftFilterPruning, 0.1, 92.24, paper},
		{"resnet20", lth.SoftFilterPruning, 0.2, 91.20, paper},
		{"resnet20", lth.SoftFilterPruning, 0.3, 90.83, paper},
		{"resnet32", Dense, 0, 92.63, paper},
		{"resnet32", lth.SoftFilterPruning, 0.1, 93.22, paper},
		{"resnet32", lth.SoftFilterPruning, 0.3, 92.08, later},
		{"resnet56", Dense, 0, 93.59, paper},
		{"resnet56", lth.SoftFilterPruning, 0.1, 93.89, paper},
		{"resnet56", lth.SoftFilterPruning, 0.2, 93.47, paper},
		{"resnet56", lth.SoftFilterPruning, 0.3, 93.10, paper},
		{"resnet56", lth.SoftFilterPruning, 0.4, 92.26, paper},
		{"resnet56", lth.PretrainedSoftFilterPruning, 0.3, 93.78, paper},
		{"resnet56", lth.PretrainedSoftFilterPruning, 0.4, 93.35, paper},
		{"resnet110", Dense, 0, 93.68, paper},
		{"resnet110", lth.SoftFilterPruning, 0.1, 93.83, paper},
		{"resnet110", lth.SoftFilterPruning, 0.2, 93.93, paper},
		{"resnet110", lth.SoftFilterPruning, 0.3, 93.38, paper},
		{"resnet110", lth.PretrainedSoftFilterPruning, 0.3, 93.86, paper},
	} {
		published = append(published, Published{
			Statement: fmt.Sprintf("test accuracy of %s at a rate of %v, best epoch", p.method, p.rate),
			Data:      "cifar-10", Network: p.network, Metric: BestEpochAccuracy,
			Of: Point{p.method, softRemaining[p.rate]}, Value: p.accuracy / 100, Source: p.source,
		})
	}
	for _, p := range []struct {
		network string
		saved   [4]float64 // in percent, at rates of 0.1 to 0.4
	}{
		{"resnet20", [4]float64{15.2, 29.3, 42.2, 54.0}},
		{"resnet32", [4]float64{14.9, 28.8, 41.5, 53.2}},
		{"resnet56", [4]float64{14.7, 28.4, 41.1, 52.6}},
		{"resnet110", [4]float64{14.6, 28.2, 40.8, 52.3}},
	} {
		for i, saved := range p.saved {
			rate := []float64{0.1, 0.2, 0.3, 0.4}[i]
			published = append(published, Published{
				Statement: fmt.Sprintf("multiply-accumulates that are left at a rate of %v", rate),
				Data:      "cifar-10", Network: p.network, Metric: CountedMACs,
				Of: Point{lth.SoftFilterPruning, softRemaining[rate]}, Value: 1 - saved/100, Source: script,
			})
		}
	}
	return published
}
