package experiments

import (
	"encoding/json"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
)

// writeJSON writes one object a line: each summary as Summary.MarshalJSON does,
// with NAME_published beside a metric about which a value was published and NAME_band,
// both its ends, beside one that is held to a band, then each published statement with
// what was measured.
func writeJSON(w io.Writer, tables []Table) error {
	encoder := json.NewEncoder(w)
	for _, t := range tables {
		for _, s := range t.Summaries {
			if err := encoder.Encode(t.jsonRow(s)); err != nil {
				return err
			}
		}
		for _, p := range t.Published {
			if err := encoder.Encode(t.jsonStatement(p)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t Table) jsonRow(s Summary) object {
	row := s.object()
	for _, column := range t.Columns {
		if value := t.publishedValue(column, s); !math.IsNaN(float64(value)) {
			row = append(row, member{column.Metric + "_published", value})
		}
		if b, ok := t.band(column, s); ok {
			row = append(row, member{column.Metric + "_band", []Number{Number(b.Low), Number(b.High)}})
		}
	}
	return row
}

func (t Table) jsonStatement(p Published) object {
	return object{
		{"experiment", t.Setting.Experiment}, {"scale", t.Setting.Scale},
		{"data", t.Setting.Data}, {"network", t.Setting.Network},
		{"statement", p.Statement}, {"metric", p.Metric}, {"relation", p.Relation.String()},
		{"published", Number(p.Value)}, {"approximate", p.Approximate},
		{"measured", Number(p.measured(t.Summaries))}, {"source", p.Source},
	}
}

// String names the relation.
func (r Relation) String() string {
	return [...]string{"value", "difference", "ratio", "sparsity", "at sparsest"}[r]
}

// optionsText writes the changed hyper-parameters of a setting in one line.
func optionsText(setting Desc) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(setting.Options)) {
		parts = append(parts, name+"="+setting.Options[name])
	}
	return strings.Join(parts, ";")
}
