package experiments

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"
)

// writeCSV writes all tables as one, for programs: a line for each summary, means
// and deviations, published values and the ends of bands as plain numbers, empty where
// there is none.
func writeCSV(w io.Writer, tables []Table) error {
	out := csv.NewWriter(w)
	for i, t := range tables {
		if i == 0 {
			if err := out.Write(t.csvHeader()); err != nil {
				return err
			}
		}
		for _, s := range t.Summaries {
			if err := out.Write(t.csvRow(s)); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

func (t Table) csvHeader() []string {
	header := []string{"experiment", "scale", "data", "network", "options", "variant", "method", "level", "seeds", Remaining}
	for _, column := range t.experiment.Columns {
		header = append(header, column.Metric, column.Metric+"_std", column.Metric+"_published")
		if t.experiment.bounds(column) {
			header = append(header, column.Metric+"_low", column.Metric+"_high")
		}
	}
	return header
}

func (t Table) csvRow(s Summary) []string {
	row := []string{
		s.Setting.Experiment, string(s.Setting.Scale), s.Setting.Data, s.Setting.Network, optionsText(s.Setting),
		s.Option("variant"), s.Method, strconv.Itoa(s.Level), strconv.Itoa(len(s.Seeds)), csvNumber(s.mean(Remaining)),
	}
	for _, column := range t.experiment.Columns {
		statistic := s.Metrics[column.Metric]
		if statistic.Runs == 0 {
			statistic = statisticOf(nil)
		}
		row = append(row, csvNumber(statistic.Mean), csvNumber(statistic.Deviation), csvNumber(t.publishedValue(column, s)))
		if t.experiment.bounds(column) {
			b, ok := t.band(column, s)
			if !ok {
				b.Low, b.High = math.NaN(), math.NaN()
			}
			row = append(row, csvNumber(Number(b.Low)), csvNumber(Number(b.High)))
		}
	}
	return row
}

// publishedValue is the published value of a metric at a summary's point, or NaN.
func (t Table) publishedValue(column Column, s Summary) Number {
	if p, ok := t.published(column, s); ok {
		return Number(p.Value)
	}
	return Number(math.NaN())
}

func csvNumber(n Number) string {
	if math.IsNaN(float64(n)) {
		return ""
	}
	return strconv.FormatFloat(float64(n), 'g', -1, 64)
}
