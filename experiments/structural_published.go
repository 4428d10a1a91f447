package experiments

import (
	"fmt"

	"espalier/lth"
)

const structuralSource = "Chen et al. 2022"

// structuralPublished are the paper's numbers about networks and data sets that stand
// here under a name: tables A3 to A7, the sparsities up to which tickets are as
// accurate as the dense network, and what time they save. Those on Tiny ImageNet wait for
// a reader of its files. Accuracies are those at the epoch of the best validation
// accuracy, on CIFAR-100 of the best test accuracy; times were measured on a graphics card
// with the authors' kernels.
func structuralPublished() []Published {
	var published []Published
	for _, table := range accuracyTables {
		published = append(published, table.published()...)
	}
	published = append(published, sparsitiesPublished()...)
	published = append(published, savingsPublished()...)
	published = append(published, vggMACsPublished()...)
	for i, p := range published {
		published[i].Spared = sparedByAuthors(p.Network, p.Data)
	}
	return published
}

// authorsWeights are those of the paper's networks: of the layers that the authors' code
// prunes and counts, of the convolution called conv1, and of the classifier for each
// class, both of which it spares and leaves out of every fraction.
var authorsWeights = map[string]struct{ counted, first, class float64 }{
	"wrn32x2":       {1_853_440, 864, 128},
	"resnet18":      {11_157_504, 1_728, 512},
	"vgg16":         {14_710_464, 0, 512},
	"mobilenetv1":   {3_184_224, 864, 1_024},
	"resnet50-tiny": {23_445_504, 1_728, 2_048},
}

// sparedByAuthors is the fraction of a network's weights that the paper does not count.
func sparedByAuthors(network, data string) float64 {
	classes := map[string]float64{"cifar-10": 10, "cifar-100": 100, "tiny-imagenet": 200}[data]
	weights := authorsWeights[network]
	spared := weights.first + classes*weights.class
	return spared / (spared + weights.counted)
}

// accuracyTable is a table of the paper: accuracies in percent by weights that remain,
// in percent.
type accuracyTable struct {
	name, data, network string
	with                map[string]string
	rows                []accuracyRow
}

type accuracyRow struct {
	method              string
	remaining, accuracy float64
}

// longVGG is the training of table A5, which is longer than the others.
var longVGG = map[string]string{"length": "240ep", "schedule": "multistep(150ep,180ep,210ep;0.1)"}

var accuracyTables = []accuracyTable{
	{"table A3", "cifar-10", "resnet18", nil, []accuracyRow{
		{refilled, 80.29, 94.14}, {refilled, 64.49, 94.24}, {refilled, 51.43, 94.45}, {refilled, 41.24, 94.16}, {refilled, 32.97, 93.86},
		{refilledAgain, 80.29, 94.04}, {refilledAgain, 64.49, 93.96}, {refilledAgain, 51.43, 94.20}, {refilledAgain, 41.24, 93.98}, {refilledAgain, 32.97, 93.53},
	}},
	{"table A4", "cifar-10", "resnet18", nil, []accuracyRow{
		{regrouped, 80.00, 94.48}, {regrouped, 72.95, 94.75}, {regrouped, 69.37, 94.29}, {regrouped, 67.12, 94.62}, {regrouped, 58.54, 94.32},
		{regroupedAgain, 80.00, 94.19}, {regroupedAgain, 72.95, 93.42}, {regroupedAgain, 69.37, 93.58}, {regroupedAgain, 67.12, 93.84}, {regroupedAgain, 58.54, 93.76},
	}},
	{"table A5", "cifar-100", "vgg16", longVGG, []accuracyRow{
		{Dense, 100, 73.43},
		{lth.Tickets, 80.00, 73.64}, {lth.Tickets, 64.00, 73.80}, {lth.Tickets, 51.20, 73.67}, {lth.Tickets, 40.96, 74.01}, {lth.Tickets, 32.77, 74.27},
		{lth.Tickets, 26.21, 74.56}, {lth.Tickets, 20.97, 74.58}, {lth.Tickets, 16.78, 74.52}, {lth.Tickets, 13.42, 74.42},
		{refilled, 80.17, 73.43}, {refilled, 64.06, 72.87}, {refilled, 51.31, 72.67}, {refilled, 41.08, 71.37}, {refilled, 32.85, 70.79},
		{refilled, 26.33, 71.07}, {refilled, 21.03, 69.42}, {refilled, 16.94, 68.75}, {refilled, 13.42, 67.25},
		{regrouped, 82.36, 73.63}, {regrouped, 80.00, 73.81}, {regrouped, 69.46, 74.31}, {regrouped, 62.61, 73.94}, {regrouped, 56.09, 75.05},
		{regrouped, 46.53, 74.98}, {regrouped, 38.18, 75.24}, {regrouped, 30.98, 74.68}, {regrouped, 25.27, 75.25},
	}},
	{"table A6", "cifar-100", "wrn32x2", nil, []accuracyRow{
		{Dense, 100, 75.53},
		{lth.Tickets, 80.00, 76.21}, {lth.Tickets, 64.00, 75.78}, {lth.Tickets, 51.20, 76.02}, {lth.Tickets, 40.96, 75.92},
		{lth.Tickets, 26.21, 75.74}, {lth.Tickets, 20.97, 75.92}, {lth.Tickets, 16.78, 75.87}, {lth.Tickets, 13.42, 75.41},
		{refilled, 80.00, 75.46}, {refilled, 64.06, 74.59}, {refilled, 51.51, 73.53}, {refilled, 41.51, 72.95},
		{refilled, 26.53, 70.91}, {refilled, 21.11, 69.55}, {refilled, 17.11, 67.74}, {refilled, 13.67, 65.73},
		{regrouped, 80.00, 75.98}, {regrouped, 64.00, 76.19}, {regrouped, 51.20, 76.13}, {regrouped, 40.96, 75.88},
		{regrouped, 26.27, 75.78}, {regrouped, 21.76, 74.74}, {regrouped, 18.14, 73.85}, {regrouped, 14.85, 72.99},
	}},
	{"table A7", "tiny-imagenet", "resnet50-tiny", nil, []accuracyRow{
		{Dense, 100, 65.33},
		{lth.Tickets, 80.00, 65.44}, {lth.Tickets, 64.00, 65.69}, {lth.Tickets, 51.20, 65.50}, {lth.Tickets, 40.96, 65.73}, {lth.Tickets, 32.77, 65.23},
		{refilled, 80.30, 65.27}, {refilled, 64.16, 63.40}, {refilled, 51.42, 61.89}, {refilled, 41.08, 60.43}, {refilled, 32.85, 59.64},
		{regrouped, 80.15, 65.51}, {regrouped, 68.25, 65.16}, {regrouped, 58.19, 65.21}, {regrouped, 54.19, 64.42}, {regrouped, 51.75, 64.52},
	}},
}

// The methods of the tables.
var (
	refilled       = lth.Refill.Name
	refilledAgain  = lth.Reinitialized(lth.Refill).Name
	regrouped      = lth.Regroup.Name
	regroupedAgain = lth.Reinitialized(lth.Regroup).Name
)

func (t accuracyTable) published() []Published {
	published := make([]Published, len(t.rows))
	for i, row := range t.rows {
		published[i] = Published{
			Statement: fmt.Sprintf("test accuracy of %s, %.4g %% of the weights", row.method, row.remaining),
			Data:      t.data, Network: t.network, Metric: BestTestAccuracy,
			Of: Point{row.method, row.remaining / 100}, Value: row.accuracy / 100, With: t.with,
			Source: structuralSource + ", " + t.name,
		}
	}
	return published
}

// sparsitiesPublished are the greatest sparsities at which tickets are as accurate as
// the dense network, in percent: channel-wise and group-wise.
func sparsitiesPublished() []Published {
	var published []Published
	for _, p := range []struct {
		network, data       string
		channelwise, groups float64
	}{
		{"wrn32x2", "cifar-10", 53, 66}, {"wrn32x2", "cifar-100", 28, 36},
		{"mobilenetv1", "cifar-10", 67, 72}, {"mobilenetv1", "cifar-100", 0, 56},
		{"vgg16", "cifar-10", 60, 80}, {"vgg16", "cifar-100", 40, 80},
		{"resnet18", "cifar-10", 50, 78}, {"resnet18", "cifar-100", 0, 78},
		{"resnet50-tiny", "tiny-imagenet", 60, 74},
	} {
		of := Published{Data: p.data, Network: p.network, Metric: BestTestAccuracy, Relation: Sparsity, Source: structuralSource}
		channelwise, groups := of, of
		channelwise.Statement, channelwise.Value = "sparsity up to which Refill or Refill+ is as accurate as dense", p.channelwise/100
		channelwise.Of, channelwise.To = Point{Method: lth.Refill.Name}, Point{Method: lth.RefillPlus.Name}
		groups.Statement, groups.Value = "sparsity up to which Regroup is as accurate as dense", p.groups/100
		groups.Of = Point{Method: lth.Regroup.Name}
		published = append(published, channelwise, groups)
	}
	return published
}

// savingsPublished are the parts of the time that those tickets save, in percent.
func savingsPublished() []Published {
	var published []Published
	for _, p := range []struct {
		method, title, network, data string
		saving                       float64
	}{
		{lth.Regroup.Name, "Regroup", "vgg16", "cifar-10", 57.75}, {lth.Regroup.Name, "Regroup", "vgg16", "cifar-100", 60.60},
		{lth.Regroup.Name, "Regroup", "resnet18", "cifar-10", 55.45}, {lth.Regroup.Name, "Regroup", "resnet18", "cifar-100", 64.93},
		{lth.Refill.Name, "Refill", "vgg16", "cifar-10", 63.11},
	} {
		published = append(published, Published{
			Statement: "time saved by the sparsest " + p.title + " that is as accurate as dense",
			Data:      p.data, Network: p.network, Metric: TimeSaving, Relation: AtSparsest, Of: Point{Method: p.method},
			Value: p.saving / 100, Source: structuralSource + ", on an RTX 2080 Ti",
		})
	}
	return published
}

// vggMACsPublished are what is left of VGG-16's multiply-accumulates, 0.314 G.
func vggMACsPublished() []Published {
	var published []Published
	for _, p := range []struct {
		method           string
		remaining, gigas float64
	}{{lth.Refill.Name, 0.3284, 0.089}, {lth.RefillPlus.Name, 0.4641, 0.122}, {lth.Regroup.Name, 0.2012, 0.093}} {
		published = append(published, Published{
			Statement: fmt.Sprintf("%.3f of 0.314 G multiply-accumulates, of %s with %.2f %% of the weights", p.gigas, p.method, 100*p.remaining),
			Data:      "cifar-10", Network: "vgg16", Metric: RemainingMACs, Of: Point{p.method, p.remaining},
			Value: p.gigas / 0.314, Source: structuralSource,
		})
	}
	return published
}
