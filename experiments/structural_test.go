package experiments_test

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"espalier/experiments"
	"espalier/lth"
	"espalier/nn"
	"espalier/prune"
)

// containsOneLine reports whether an error is one line that has a text.
func containsOneLine(err error, text string) bool {
	return strings.Contains(err.Error(), text) && !strings.Contains(err.Error(), "\n")
}

// tinyStructural is lth/structural at a size that takes a second or two.
func tinyStructural(t *testing.T, set map[string]string) *experiments.Plan {
	t.Helper()
	return planned(t, "lth/structural", 1, map[string]string{"width": "0.5", "length": "30it", "rewind": "10it", "evaluate-every": "30it", "validation": "100", "fewest-rows": "2", "clusters": "2"}, set)
}

// Every method has what the question asks for: weights, multiply-accumulates, accuracy
// and time, of every level that it has.
func TestStructuralMeasuresEveryMethod(t *testing.T) {
	if testing.Short() {
		t.Skip("not running lth/structural at smoke scale, which takes seconds, and minutes under the race detector: -short is set")
	}
	plan := tinyStructural(t, map[string]string{
		"methods": "tickets,refill,refill-plus,regroup,random-reinitialization,refill-reinitialized,refill-reference,one-shot,dense",
	})
	results, err := experiments.Runner{Store: experiments.OpenStore(t.TempDir())}.Run(t.Context(), plan.Cells)
	if err != nil {
		t.Fatal(err)
	}
	levels := make(map[string][]int)
	at := make(map[string]experiments.Metrics)
	for _, row := range experiments.Rows(results) {
		levels[row.Method] = append(levels[row.Method], row.Level)
		for _, metric := range []string{
			experiments.Remaining, experiments.RemainingMACs, experiments.TestAccuracy, experiments.BestTestAccuracy,
			experiments.Milliseconds, experiments.Speedup, experiments.TheoreticalSpeedup, experiments.TimeSaving,
		} {
			if value, ok := row.Metrics[metric]; !ok || math.IsNaN(float64(value)) || math.IsInf(float64(value), 0) {
				t.Errorf("%s level %d: %s is %v, %t", row.Method, row.Level, metric, value, ok)
			}
		}
		if m := row.Metrics; math.Abs(float64(m[experiments.RemainingMACs]*m[experiments.TheoreticalSpeedup])-1) > 1e-9 {
			t.Errorf("%s level %d: %v of the MACs give a speed-up of %v", row.Method, row.Level, m[experiments.RemainingMACs], m[experiments.TheoreticalSpeedup])
		}
		if row.Level == 2 {
			at[row.Method] = row.Metrics
		}
	}
	for method, got := range levels {
		want := []int{1, 2}
		switch method {
		case lth.Tickets:
			want = []int{0, 1, 2}
		case experiments.Dense:
			want = []int{0}
		}
		if len(got) != len(want) || got[0] != want[0] {
			t.Errorf("%s has levels %v, want %v", method, got, want)
		}
	}
	if len(levels) != 9 {
		t.Errorf("%d methods were measured", len(levels))
	}
	// Refill keeps the ticket's density, by whole channels, and so loses the channels'
	// multiply-accumulates; Refill+ is denser.
	ticket, refill, plus := at[lth.Tickets], at[lth.Refill.Name], at[lth.RefillPlus.Name]
	if r := float64(refill[experiments.Remaining] / ticket[experiments.Remaining]); r < 1 || r > 1.4 {
		t.Errorf("Refill has %v times the ticket's weights", r)
	}
	if !(plus[experiments.Remaining] > refill[experiments.Remaining]) || !(plus[experiments.RemainingMACs] > refill[experiments.RemainingMACs]) {
		t.Errorf("Refill+ keeps %v of the weights, Refill %v", plus[experiments.Remaining], refill[experiments.Remaining])
	}
	if again := at["refill-reinitialized"]; again[experiments.RemainingMACs] != refill[experiments.RemainingMACs] {
		t.Error("re-initialised, Refill has another structure")
	}
}

// Every method of the list can be asked for, and each cell comes after those it needs.
func TestEveryStructuralMethodIsPlanned(t *testing.T) {
	e, err := experiments.Find("lth/structural")
	if err != nil {
		t.Fatal(err)
	}
	var methods []string
	for _, m := range e.Methods {
		methods = append(methods, m.Name)
	}
	slices.Reverse(methods)
	plan := tinyStructural(t, map[string]string{"methods": strings.Join(methods, ",")})
	planned := make(map[string]bool)
	for _, cell := range plan.Cells {
		for _, need := range cell.Needs {
			if !planned[need.Digest()] {
				t.Errorf("%s comes before %s, which it needs", cell.Desc, need)
			}
		}
		planned[cell.Desc.Digest()] = true
	}
	if len(planned) != len(e.Methods) {
		t.Errorf("%d cells of %d methods", len(planned), len(e.Methods))
	}
	cost, err := e.Cost(plan.Setting)
	if err != nil || cost.Cells != len(planned) || !(cost.Minutes > 0) {
		t.Errorf("the plan costs %+v, error %v", cost, err)
	}
}

// Masks are regrouped between the levels, and masks of other sources are made structural:
// each method has the levels asked for, and its masks in the store.
func TestGroupAwareAndSourcedMethods(t *testing.T) {
	if testing.Short() {
		t.Skip("not running six methods of lth/structural, which takes seconds, and minutes under the race detector: -short is set")
	}
	plan := tinyStructural(t, map[string]string{
		"methods": "group-aware,group-aware-reinitialized,refill-random-mask,regroup-one-shot,regroup,dense", "at": "2",
	})
	store := experiments.OpenStore(t.TempDir())
	results, err := experiments.Runner{Store: store}.Run(t.Context(), plan.Cells)
	if err != nil {
		t.Fatal(err)
	}
	checkTickets(t, store, results)
	masks := make(map[string]*prune.Mask)
	for _, result := range results {
		method := result.Desc.Method
		if method == experiments.Dense {
			continue
		}
		if levels := result.Measurements; levels[len(levels)-1].Level != 2 || method != lth.Tickets && method != "random-mask" && method != "one-shot" && len(levels) != 1 {
			t.Errorf("%s has %d levels", method, len(levels))
		}
		if masks[method], err = store.Mask(result.Desc, 2); err != nil {
			t.Fatal(err)
		}
	}
	if !masks["group-aware"].Equal(masks["group-aware-reinitialized"]) {
		t.Error("re-initialised, group-aware IMP has another mask")
	}
	seen := make(map[string]string)
	for method, mask := range masks {
		if method == "group-aware-reinitialized" {
			continue
		}
		if other, ok := seen[mask.Digest()]; ok {
			t.Errorf("%s and %s have the same mask", method, other)
		}
		seen[mask.Digest()] = method
	}
	const name = "layer2.0.conv1.weight"
	for channel, row := range masks["refill-random-mask"].Matrix(name) {
		if slices.Contains(row, true) && slices.Contains(row, false) {
			t.Errorf("channel %d of Refill on a random mask lives in part", channel)
		}
	}
}

// What finds no block trains as its source did, and its network is read there.
func TestMethodTrainedAsItsSource(t *testing.T) {
	if testing.Short() {
		t.Skip("not running three methods of lth/structural, which takes seconds, and minutes under the race detector: -short is set")
	}
	plan := tinyStructural(t, map[string]string{"methods": "regroup-random-mask", "levels": "1", "fewest-rows": "64"})
	store := experiments.OpenStore(t.TempDir())
	results, err := experiments.Runner{Store: store}.Run(t.Context(), plan.Cells)
	if err != nil {
		t.Fatal(err)
	}
	tickets := checkTickets(t, store, results)
	source, made := tickets["random-mask"][1], tickets["regroup-random-mask"][1]
	if source == nil || made == nil || !made.Mask.Equal(source.Mask) || !made.Weights.Equal(source.Weights) {
		t.Error("without a block, Regroup on random masks is not the random mask's network")
	}
}

// The authors' procedures are made with the hyper-parameters that their cells record.
func TestReferencesHaveTheirHyperparameters(t *testing.T) {
	if testing.Short() {
		t.Skip("not running lth/structural twice, which takes seconds, and minutes under the race detector: -short is set")
	}
	methods := []string{lth.ReferenceRefill.Name, lth.ReferenceRefillPlus.Name, lth.ReferenceRegroup.Name}
	masks := func(set map[string]string) []string {
		t.Helper()
		changes := map[string]string{"methods": strings.Join(methods, ","), "levels": "1"}
		maps.Copy(changes, set)
		plan := tinyStructural(t, changes)
		store := experiments.OpenStore(t.TempDir())
		if _, err := (experiments.Runner{Store: store}).Run(t.Context(), plan.Cells); err != nil {
			t.Fatal(err)
		}
		var digests []string
		for _, cell := range plan.Cells[1:] {
			mask, err := store.Mask(cell.Desc, 1)
			if err != nil {
				t.Fatal(err)
			}
			digests = append(digests, mask.Digest())
		}
		return digests
	}
	by := masks(nil)
	for i, other := range masks(map[string]string{"criterion": "surviving-weights", "clusters": "4"}) {
		if other == by[i] {
			t.Errorf("%s has the same mask by another criterion and with other clusters", methods[i])
		}
	}
	if by[0] == by[1] {
		t.Error("Refill+ has Refill's mask")
	}
}

// Results are the same bytes, and only durations differ, for any number of workers.
func TestStructuralIsTheSameBytesForAnyWorkers(t *testing.T) {
	set := map[string]string{"methods": "tickets,refill,regroup,dense", "at": "2"}
	one, four := t.TempDir(), t.TempDir()
	for folder, workers := range map[string]int{one: 1, four: 4} {
		if _, err := (experiments.Runner{Store: experiments.OpenStore(folder), Workers: workers}).Run(t.Context(), tinyStructural(t, set).Cells); err != nil {
			t.Fatal(err)
		}
	}
	want, got := finalFiles(t, one), finalFiles(t, four)
	if len(want) != len(got) || len(want) == 0 {
		t.Errorf("%d and %d files", len(want), len(got))
	}
	for path, content := range want {
		if got[path] != content {
			t.Errorf("%s differs", path)
		}
	}
}

// The rows of a mask's picture are sorted by the last result's columns; every level has
// a mask, also where a control is the ticket.
func TestMaskFigureShowsBlocks(t *testing.T) {
	plan := tinyStructural(t, map[string]string{"methods": "tickets,regroup,refill", "levels": "1", "fraction": "0.7"})
	store := experiments.OpenStore(t.TempDir())
	results, err := experiments.Runner{Store: store}.Run(t.Context(), plan.Cells)
	if err != nil {
		t.Fatal(err)
	}
	const name = "layer3.0.conv1.weight"
	drawn, err := store.MaskFigure(results, 1, name)
	if err != nil {
		t.Fatal(err)
	}
	if len(drawn.Panels) != 3 {
		t.Fatalf("%d panels", len(drawn.Panels))
	}
	for i, want := range []string{"IMP, ", "Regroup, ", "Refill, "} {
		if panel := drawn.Panels[i]; !strings.HasPrefix(panel.Title, want) || len(panel.Cells) != 32 || len(panel.Cells[0]) != 9*16 {
			t.Errorf("panel %d is %q, %d rows", i, panel.Title, len(panel.Cells))
		}
	}
	// Whole channels come first, then those that are gone.
	changes := 0
	cells := drawn.Panels[2].Cells
	for row := 1; row < len(cells); row++ {
		if cells[row][0] != cells[row-1][0] {
			changes++
		}
	}
	if !cells[0][0] || changes != 1 {
		t.Errorf("Refill's rows are mixed: %d changes", changes)
	}
}

// Controls are trained at the levels that are asked for alone.
func TestStructuralAtChosenLevels(t *testing.T) {
	plan := tinyStructural(t, map[string]string{"methods": "tickets,refill", "at": "2"})
	results, err := experiments.Runner{Store: experiments.OpenStore(t.TempDir())}.Run(t.Context(), plan.Cells)
	if err != nil {
		t.Fatal(err)
	}
	if rows := results[1].Rows(); len(rows) != 1 || rows[0].Level != 2 {
		t.Errorf("Refill was trained at %d levels", len(rows))
	}
	for _, at := range []string{"3", "0", "1,x"} {
		_, err := experiments.NewPlan(experiments.Request{Experiment: "lth/structural", Set: map[string]string{"at": at}})
		var usage *experiments.UsageError
		if !errors.As(err, &usage) || !containsOneLine(err, "at=") {
			t.Errorf("at=%s: error %v", at, err)
		}
	}
}

// The paper scale is the published protocol.
func TestStructuralPaperScale(t *testing.T) {
	e, err := experiments.Find("lth/structural")
	if err != nil {
		t.Fatal(err)
	}
	setting, err := e.Setting(experiments.Paper, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := setting.Options.(*experiments.Structural)
	schedule, err := o.Schedule.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	if o.Length.String() != "160ep" || string(schedule) != "multistep(80ep,120ep;0.1)" || o.Batch != 128 || o.Optimizer != "sgd" ||
		o.LearningRate != 0.1 || o.Momentum != 0.9 || o.Nesterov || o.WeightDecay != 1e-4 || o.Crop != 4 || !o.Flip ||
		o.Validation != 5000 || o.Fraction != 0.2 || o.Levels != 9 || o.Rewind.String() != "8ep" || o.Variant != lth.StructureLTH ||
		o.Network != "resnet18" || o.Width != 1 || o.Clusters != 8 || o.BlockRows != 32 || o.FewestRows != 16 || setting.Seeds < 3 {
		t.Errorf("paper scale is %d seeds of %+v", setting.Seeds, o)
	}
}

// Table 1 of the paper, and what its authors' code holds out.
func TestStructuralPaperScaleDependsOnNetworkAndData(t *testing.T) {
	e, err := experiments.Find("lth/structural")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		network, data     string
		batch, validation int
		decay             float64
	}{
		{"wrn32x2", "cifar-10", 128, 5000, 1e-4}, {"wrn32x2", "cifar-100", 128, 0, 2e-4},
		{"resnet18", "cifar-10", 128, 5000, 1e-4}, {"resnet18", "cifar-100", 128, 0, 2e-4},
		{"mobilenetv1", "cifar-10", 128, 5000, 1e-4}, {"mobilenetv1", "cifar-100", 64, 0, 2e-4},
		{"vgg16", "cifar-10", 128, 5000, 2e-4}, {"vgg16", "cifar-100", 128, 0, 5e-4},
		{"resnet20", "cifar-100", 128, 5000, 1e-4}, // not the paper's
	} {
		set := map[string]string{"network": c.network, "data": c.data}
		setting, err := e.Setting(experiments.Paper, 0, set)
		if err != nil {
			t.Fatal(err)
		}
		if o := setting.Options.(*experiments.Structural); o.Batch != c.batch || o.Validation != c.validation || o.WeightDecay != c.decay || o.Length.String() != "160ep" {
			t.Errorf("%s on %s: batch %d, %d held out, weight decay %v", c.network, c.data, o.Batch, o.Validation, o.WeightDecay)
		}
		set["weight-decay"] = "0.25"
		if setting, err = e.Setting(experiments.Paper, 0, set); err != nil || setting.Options.(*experiments.Structural).WeightDecay != 0.25 {
			t.Errorf("%s on %s: what is set is not what is trained with, error %v", c.network, c.data, err)
		}
	}
	_, err = experiments.NewPlan(experiments.Request{Experiment: "lth/structural", Scale: experiments.Paper, Set: map[string]string{"data": "cifar-10,cifar-100"}})
	var usage *experiments.UsageError
	if !errors.As(err, &usage) || !containsOneLine(err, "run one at a time") {
		t.Errorf("two protocols at once: %v", err)
	}
}

// A ticket that has no weights left in a layer cannot be made structural: that is told,
// and no result is kept that is not whole.
func TestATicketWithAnEmptyLayerIsNotMadeStructural(t *testing.T) {
	store := experiments.OpenStore(t.TempDir()) // the tickets are found once
	for _, method := range []string{"refill", "regroup", "refill-reference", "regroup-reference"} {
		plan := tinyStructural(t, map[string]string{"methods": method, "levels": "2", "fraction": "0.97"})
		_, err := experiments.Runner{Store: store}.Run(t.Context(), plan.Cells)
		if err == nil || !containsOneLine(err, "lives, so it would lose all channels: prune it less") {
			t.Errorf("%s: error %v", method, err)
		}
	}
	results, err := store.Results()
	if err != nil {
		t.Fatal(err)
	}
	for _, result := range results {
		if result.Desc.Method != lth.Tickets {
			t.Errorf("there is a result of %s", result.Desc.Method)
		}
	}
}

// Statements about the sparsest winning ticket are measured by what is as accurate as
// the dense network.
func TestSparsestWinningTicket(t *testing.T) {
	plan := planOf(t, "lth/structural", experiments.Paper, map[string]string{"network": "vgg16"})
	summary := func(method string, level int, remaining, accuracy, saving float64) experiments.Row {
		r := row(method, 1, level, experiments.Metrics{
			experiments.Remaining: experiments.Number(remaining), experiments.BestTestAccuracy: experiments.Number(accuracy),
			experiments.TimeSaving: experiments.Number(saving),
		})
		r.Experiment, r.Data, r.Network, r.Options = "lth/structural", "cifar-10", "vgg16", plan.Cells[0].Desc.Options
		return r
	}
	rows := []experiments.Row{
		summary(experiments.Dense, 0, 1, 0.90, 0),
		summary(lth.Refill.Name, 1, 0.8, 0.91, 0.1), summary(lth.Refill.Name, 2, 0.6, 0.89, 0.3),
		summary(lth.RefillPlus.Name, 1, 0.7, 0.90, 0.2),
		summary(lth.Regroup.Name, 1, 0.5, 0.80, 0.5),
	}
	tables, err := experiments.Tables(experiments.Summarise(rows))
	if err != nil {
		t.Fatal(err)
	}
	text := tables[0].Markdown()
	for _, want := range []string{
		"as accurate as dense | 60.00 % | 30.01 % |", // Refill+ at 70 %, of which the classifier is not counted
		"as accurate as dense | 80.00 % | 0.00 % |",  // no Regroup wins
		"as accurate as dense | 63.1 % | 10.0 % |",   // the sparsest Refill
		"as accurate as dense | 57.8 % | – |",
	} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
	// A narrower network is not the paper's.
	for i := range rows {
		rows[i].Options = maps.Clone(rows[i].Options)
		rows[i].Options["width"] = "0.25"
	}
	if tables, err = experiments.Tables(experiments.Summarise(rows)); err != nil || len(tables[0].Published) > 0 {
		t.Errorf("%d published numbers are about a narrower network, %v", len(tables[0].Published), err)
	}
}

// paperClasses are how many classes the paper's data sets have.
var paperClasses = map[string]int{"cifar-10": 10, "cifar-100": 100, "tiny-imagenet": 200}

// The paper counts the layers that its authors' code prunes alone. So counted, each row of
// its tables stands beside its round of iterative pruning, and so does Refill's.
func TestStructuralPublishedRowsFindTheirLevels(t *testing.T) {
	e, err := experiments.Find("lth/structural")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, p := range e.Published {
		n, err := nn.New(p.Network, nn.ZooOptions{Classes: paperClasses[p.Data]})
		if err != nil {
			t.Fatal(err)
		}
		counted, spared := countedWeights(t, n)
		total := float64(counted + spared)
		if math.Abs(p.Spared-float64(spared)/total) > 1e-12 {
			t.Errorf("%s, %s on %s: %v of the weights are not counted, want %v", p.Statement, p.Network, p.Data, p.Spared, float64(spared)/total)
		}
		if p.Relation != experiments.Value || p.Metric != experiments.BestTestAccuracy {
			continue
		}
		rows++
		live := p.Of.Remaining * float64(counted) // Regroup's count depends on the weights
		switch p.Of.Method {
		case lth.Tickets, lth.Refill.Name, lth.Reinitialized(lth.Refill).Name: // Refill has about as many as the ticket
			live = float64(afterRounds(counted, roundOf(p.Of.Remaining)))
		}
		s := experiments.Summary{Method: p.Of.Method, Metrics: map[string]experiments.Statistic{
			experiments.Remaining: {Mean: experiments.Number((live + float64(spared)) / total)}, p.Metric: {Mean: 0.5},
		}}
		if got := p.Measured([]experiments.Summary{s}); got != 0.5 {
			t.Errorf("%s, %s on %s: its level has %.4f of all weights, and is not found", p.Statement, p.Network, p.Data, (live+float64(spared))/total)
		}
	}
	if rows != 89 {
		t.Errorf("%d accuracies are published, want those of tables A3 to A7, 89", rows)
	}
}

// countedWeights are how many weights the layers have that Structure-LTH prunes, and how
// many the others have.
func countedWeights(t *testing.T, n *nn.Network) (counted, spared int) {
	t.Helper()
	rules, err := lth.StructureLTH.Rules(n)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range n.Prunable() {
		if rules.Selection.Spare(p) {
			spared += p.Size()
		} else {
			counted += p.Size()
		}
	}
	return counted, spared
}

// roundOf is the round of pruning by a fifth that leaves about a fraction.
func roundOf(remaining float64) int {
	return int(math.Round(math.Log(remaining) / math.Log(0.8)))
}

// afterRounds is how many of some weights some rounds leave.
func afterRounds(weights, rounds int) int {
	for range rounds {
		weights -= int(math.RoundToEven(0.2 * float64(weights)))
	}
	return weights
}
