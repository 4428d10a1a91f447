package experiments

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// object is a JSON object whose members keep their order, for lines that people
// read too.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(strconv.Quote(m.name))
		out.WriteByte(':')
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// MarshalJSON writes one flat object: what was run, then every metric's mean under
// its name and its deviation under the name with _std (null for a single seed),
// then the provenance that the cells have in common.
func (s Summary) MarshalJSON() ([]byte, error) { return json.Marshal(s.object()) }

func (s Summary) object() object {
	o := object{
		{"experiment", s.Setting.Experiment}, {"scale", s.Setting.Scale},
		{"data", s.Setting.Data}, {"network", s.Setting.Network},
		{"variant", s.Option("variant")}, {"method", s.Method}, {"level", s.Level},
	}
	o = append(o, s.metric(Remaining)...)
	o = append(o, member{"seeds", len(s.Seeds)})
	o = append(o, s.metric(TestAccuracy)...)
	for _, name := range slices.Sorted(maps.Keys(s.Metrics)) {
		if name != Remaining && name != TestAccuracy {
			o = append(o, s.metric(name)...)
		}
	}
	if len(s.Setting.Options) > 0 {
		o = append(o, member{"options", s.Setting.Options})
	}
	return append(o, member{"sources", s.Sources}, member{"backends", s.Backends}, member{"cells", s.Cells})
}

func (s Summary) metric(name string) object {
	statistic, ok := s.Metrics[name]
	if !ok {
		return nil
	}
	return object{{name, statistic.Mean}, {name + "_std", statistic.Deviation}}
}
