package experiments

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
)

// Metrics are measured numbers by name. Accuracies are fractions, times are in
// seconds, losses are natural logarithms.
type Metrics map[string]Number

// UnmarshalJSON reads an object of numbers and nulls in one pass, because reading a
// store consists mostly of this.
func (m *Metrics) UnmarshalJSON(text []byte) error {
	if metrics, ok := parseMetrics(text); ok {
		*m = metrics
		return nil
	}
	return json.Unmarshal(text, (*map[string]Number)(m))
}

// parseMetrics reads what MarshalJSON writes of metrics; false says that something else
// stands there.
func parseMetrics(text []byte) (Metrics, bool) {
	r := metricsReader{text}
	if !r.next('{') {
		return nil, false
	}
	metrics := make(Metrics, bytes.Count(text, []byte{':'}))
	for first := true; !r.next('}'); first = false {
		if !first && !r.next(',') {
			return nil, false
		}
		name, named := r.name()
		value, valued := r.value()
		if !named || !valued {
			return nil, false
		}
		metrics[name] = value
	}
	return metrics, true
}

// metricsReader is what is still to be read.
type metricsReader struct{ left []byte }

// next reads a character after any space, if it comes next.
func (r *metricsReader) next(character byte) bool {
	r.skipSpace()
	if len(r.left) == 0 || r.left[0] != character {
		return false
	}
	r.left = r.left[1:]
	return true
}

// name reads a name without escapes, and the colon after it.
func (r *metricsReader) name() (string, bool) {
	if !r.next('"') {
		return "", false
	}
	end := bytes.IndexByte(r.left, '"')
	if end < 0 || bytes.IndexByte(r.left[:end], '\\') >= 0 {
		return "", false
	}
	name := string(r.left[:end])
	r.left = r.left[end+1:]
	return name, r.next(':')
}

// value reads a number, or null.
func (r *metricsReader) value() (Number, bool) {
	r.skipSpace()
	end := 0
	for end < len(r.left) && r.left[end] != ',' && r.left[end] != '}' && !isSpace(r.left[end]) {
		end++
	}
	literal := r.left[:end]
	r.left = r.left[end:]
	return parseNumber(literal)
}

func (r *metricsReader) skipSpace() {
	for len(r.left) > 0 && isSpace(r.left[0]) {
		r.left = r.left[1:]
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// parseNumber reads a JSON number, or null.
func parseNumber(literal []byte) (Number, bool) {
	if string(literal) == "null" {
		return Number(math.NaN()), true
	}
	if len(literal) == 0 || literal[0] != '-' && (literal[0] < '0' || literal[0] > '9') {
		return 0, false
	}
	x, err := strconv.ParseFloat(string(literal), 64)
	return Number(x), err == nil
}
