package experiments

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"espalier/seed"
)

// Statistic is a metric over several runs.
type Statistic struct {
	Mean Number
	// Deviation is the sample standard deviation, NaN for a single run.
	Deviation Number
	Runs      int
}

// statisticOf leaves out what is not a number.
func statisticOf(values []float64) Statistic {
	values = slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	if len(values) == 0 {
		return Statistic{Mean: Number(math.NaN()), Deviation: Number(math.NaN())}
	}
	mean, deviation := stat.MeanStdDev(values, nil)
	if len(values) == 1 {
		deviation = math.NaN()
	}
	return Statistic{Mean: Number(mean), Deviation: Number(deviation), Runs: len(values)}
}

// Summary combines the seeds of one method at one level.
type Summary struct {
	// Setting is what the rows have in common but for the method.
	Setting Desc
	Method  string
	Level   int
	Seeds   []seed.Seed
	Metrics map[string]Statistic
	// Cells are the digests of the cells, in the order of Seeds; Sources and
	// Backends are those they were computed with, each once.
	Cells    []string
	Sources  []Source
	Backends []string
}

// mean is a metric's mean, NaN where it was not measured.
func (s Summary) mean(metric string) Number {
	if statistic, ok := s.Metrics[metric]; ok {
		return statistic.Mean
	}
	return Number(math.NaN())
}

// Summarise combines rows that differ only in the seed and sorts the summaries by
// setting, method in the experiment's order, and level.
func Summarise(rows []Row) []Summary {
	type key struct {
		setting, method string
		level           int
	}
	groups := make(map[key][]Row)
	for _, row := range rows {
		k := key{row.Setting().Canonical(), row.Method, row.Level}
		groups[k] = append(groups[k], row)
	}
	orders := make(map[[2]string]int) // of an experiment's method
	order := func(group []Row) int {
		name := [2]string{group[0].Experiment, group[0].Method}
		if _, ok := orders[name]; !ok {
			orders[name] = methodOrder(name[0], name[1])
		}
		return orders[name]
	}
	keys := slices.SortedFunc(maps.Keys(groups), func(a, b key) int {
		return cmp.Or(
			strings.Compare(a.setting, b.setting),
			cmp.Compare(order(groups[a]), order(groups[b])),
			strings.Compare(a.method, b.method),
			cmp.Compare(a.level, b.level),
		)
	})
	summaries := make([]Summary, len(keys))
	for i, k := range keys {
		summaries[i] = summarise(groups[k])
	}
	return summaries
}

func summarise(group []Row) Summary {
	slices.SortFunc(group, func(a, b Row) int { return cmp.Compare(a.Seed, b.Seed) })
	first := group[0]
	summary := Summary{
		Setting: first.Setting(), Method: first.Method, Level: first.Level,
		Metrics: make(map[string]Statistic),
	}
	values := make(map[string][]float64)
	for _, row := range group {
		summary.Seeds = append(summary.Seeds, row.Seed)
		summary.Cells = append(summary.Cells, row.Cell)
		if !slices.Contains(summary.Sources, row.Provenance.Source) {
			summary.Sources = append(summary.Sources, row.Provenance.Source)
		}
		if !slices.Contains(summary.Backends, row.Provenance.Backend) {
			summary.Backends = append(summary.Backends, row.Provenance.Backend)
		}
		for name, value := range row.Metrics {
			values[name] = append(values[name], float64(value))
		}
	}
	for name, all := range values {
		summary.Metrics[name] = statisticOf(all)
	}
	return summary
}

func methodOrder(experiment, method string) int {
	e, err := Find(experiment)
	if err != nil {
		return 0
	}
	return e.order(method)
}

// BySetting cuts sorted summaries where the setting changes.
func BySetting(summaries []Summary) [][]Summary {
	var groups [][]Summary
	for i, s := range summaries {
		if i == 0 || s.Setting.Canonical() != summaries[i-1].Setting.Canonical() {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], s)
	}
	return groups
}
