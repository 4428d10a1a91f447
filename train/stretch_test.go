package train_test

import (
	"testing"

	"espalier/train"
)

// Scratch-B: int(160·ratio) epochs, milestones at int(50 %) and int(75 %) of them.
func TestStretch(t *testing.T) {
	for _, c := range []struct {
		length, schedule string
		times            float64
		want, stretched  string
	}{
		{"160ep", "multistep(80ep,120ep;0.1)", 1.392, "222ep", "multistep(111ep,166ep;0.1)"},
		{"160ep", "multistep(80ep,120ep;0.1)", 1.5, "240ep", "multistep(120ep,180ep;0.1)"},
		{"160ep", "multistep(80ep,120ep;0.1)", 1, "160ep", "multistep(80ep,120ep;0.1)"},
		{"10ep", "onecycle", 1.79, "17ep", "onecycle"},
		{"10ep", "", 1.1, "11ep", ""},
		{"100it", "multistep(5ep,75it;0.5)", 2.015, "201it", "multistep(100it,150it;0.5)"},
		{"1ep5it", "steps(1ep:10)", 2, "30it", "steps(20it:10)"},
		{"200ep", "warmup(5ep)*multistep(100ep;0.1)", 1.25, "250ep", "warmup(5ep)*multistep(125ep;0.1)"},
		{"10ep", "multistep(25it;0.1)", 3, "30ep", "multistep(75it;0.1)"},
		{"10ep", "warmup(5ep)*cosine", 2, "20ep", "warmup(5ep)*cosine"},
	} {
		length, err := train.ParseLength(c.length)
		if err != nil {
			t.Fatal(err)
		}
		o := train.Options{Length: length}
		if c.schedule != "" {
			if o.Schedule, err = train.ParseSchedule(c.schedule); err != nil {
				t.Fatal(err)
			}
		}
		got := o.Stretch(c.times, 10)
		schedule := ""
		if got.Schedule != nil {
			schedule = got.Schedule.String()
		}
		if got.Length.String() != c.want || schedule != c.stretched {
			t.Errorf("%s of %s, %v times: %s of %s, want %s of %s", c.schedule, c.length, c.times, schedule, got.Length, c.stretched, c.want)
		}
	}
}
