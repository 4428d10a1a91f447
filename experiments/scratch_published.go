package experiments

import (
	"fmt"

	"espalier/lth"
)

// scratchPublished are the accuracies on CIFAR-10 with filters chosen by L1 norm, table 1
// of Liu et al., that could be verified, means of five runs; and those of Li et al. 2017,
// after fine-tuning. What is left of the weights is computed.
func scratchPublished() []Published {
	const rethinking, pruningFilters = "Liu et al. 2019, table 1", "Li et al. 2017"
	fineTuned := lth.ThinnedMethod(lth.L1Filters.Name, lth.FineTune)
	scratchE := lth.ThinnedMethod(lth.L1Filters.Name, lth.ScratchE)
	scratchB := lth.ThinnedMethod(lth.L1Filters.Name, lth.ScratchB)
	var published []Published
	for _, p := range []struct {
		network, configuration, method string
		remaining, accuracy            float64
		source                         string
	}{
		{"vgg16-fc512", "A", scratchB, 0.3599, 93.78, rethinking},
		{"resnet56", "", Dense, 1, 93.14, rethinking},
		{"resnet56", "A", scratchE, 0.9064, 92.96, rethinking},
		{"resnet56", "A", scratchB, 0.9064, 93.09, rethinking},
		{"resnet56", "B", fineTuned, 0.8623, 93.06, pruningFilters},
		{"resnet56", "B", scratchE, 0.8623, 92.54, rethinking},
		{"resnet56", "B", scratchB, 0.8623, 93.05, rethinking},
		{"resnet110", "", Dense, 1, 93.14, rethinking},
		{"resnet110", "A", scratchE, 0.9772, 93.25, rethinking},
		{"resnet110", "A", scratchB, 0.9772, 93.22, rethinking},
		{"resnet110", "B", fineTuned, 0.6755, 93.30, pruningFilters},
		{"resnet110", "B", scratchE, 0.6755, 92.89, rethinking},
		{"resnet110", "B", scratchB, 0.6755, 93.60, rethinking},
	} {
		statement := fmt.Sprintf("test accuracy of %s, configuration %s", p.method, p.configuration)
		if p.method == Dense {
			statement = "test accuracy of the large network"
		}
		published = append(published, Published{
			Statement: statement, Data: "cifar-10", Network: p.network, Metric: TestAccuracy,
			Of: Point{p.method, p.remaining}, Value: p.accuracy / 100, Source: p.source,
		})
	}
	return published
}
