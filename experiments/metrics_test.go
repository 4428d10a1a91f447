package experiments_test

import (
	"encoding/json"
	"math"
	"testing"

	"espalier/experiments"
)

// What is read in one pass is what the general reader reads, errors too.
func TestMetricsAreRead(t *testing.T) {
	for _, text := range []string{
		`{}`, `{"a":1}`, "{\n  \"a\": -0.5e-3,\r\n\t\"b\" : null , \"c\":12345678901234567890\n}", `{"a":1,"a":2}`, `null`,
		`{"a\nb":1,"\u0063":2}`, `{"a,b}":1,":":2}`, `{"":3}`,
		`{"a":"1"}`, `{"a":true}`, `{"a":{}}`, `{"a":[1]}`, `[]`, `1`, `"a"`, `{"a":1e999}`, `{"a":1`, `{"a":1,}`, `{,}`, `{"a"}`, `{"a":}`,
	} {
		var got experiments.Metrics
		var want map[string]experiments.Number
		err, wantErr := json.Unmarshal([]byte(text), &got), json.Unmarshal([]byte(text), &want)
		if (err == nil) != (wantErr == nil) {
			t.Errorf("%s: error %v, want %v", text, err, wantErr)
		}
		if err != nil {
			continue
		}
		if len(got) != len(want) || (got == nil) != (want == nil) {
			t.Errorf("%s is read as %v, want %v", text, got, want)
		}
		for name, number := range want {
			if x, ok := got[name]; !ok || x != number && !(math.IsNaN(float64(x)) && math.IsNaN(float64(number))) {
				t.Errorf("%s: %q is %v, want %v", text, name, x, number)
			}
		}
	}
}

func FuzzMetrics(f *testing.F) {
	f.Add(`{"test_accuracy": 0.75, "epochs": null}`)
	f.Add(`{"a\tb":-1e-5}`)
	f.Fuzz(func(t *testing.T, text string) {
		var got experiments.Metrics
		var want map[string]experiments.Number
		err, wantErr := json.Unmarshal([]byte(text), &got), json.Unmarshal([]byte(text), &want)
		if (err == nil) != (wantErr == nil) || err == nil && len(got) != len(want) {
			t.Errorf("%q is read as %v, %v, want %v, %v", text, got, err, want, wantErr)
		}
	})
}
