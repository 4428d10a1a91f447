package train_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"espalier/train"
)

func TestScheduleFactors(t *testing.T) {
	clock := train.Clock{PerEpoch: 10, Total: 100}
	for _, test := range []struct {
		schedule string
		want     map[int]float64
	}{
		{"constant", map[int]float64{0: 1, 99: 1}},
		{"multistep(3ep,55it;0.1)", map[int]float64{0: 1, 29: 1, 30: .1, 54: .1, 55: .01, 99: .01}},
		{"multistep(3ep)", map[int]float64{29: 1, 30: .1}},
		{"steps(1ep:10,30it:0.2,5ep:0.5)", map[int]float64{0: 1, 9: 1, 10: 10, 29: 10, 30: 2, 50: 1, 99: 1}},
		{"cosine", map[int]float64{0: 1, 25: (1 + math.Sqrt2/2) / 2, 50: .5, 75: (1 - math.Sqrt2/2) / 2}},
		{"warmup(2ep)", map[int]float64{0: 0, 1: .05, 10: .5, 19: .95, 20: 1, 99: 1}},
		{"warmup(20it)*multistep(1ep;0.5)", map[int]float64{0: 0, 9: .45, 10: .25, 20: .5}},
		// torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=100): the
		// peak is at step 0.3·100 − 1 = 29, halfway up 14.5 lies between steps.
		{"onecycle", map[int]float64{0: .04, 29: 1, 64: .500002, 99: 4e-6}},
		{"onecycle(0.5;10;2)", map[int]float64{0: .1, 49: 1, 74: .525, 99: .05}},
	} {
		schedule, err := train.ParseSchedule(test.schedule)
		if err != nil {
			t.Errorf("%s: %v", test.schedule, err)
			continue
		}
		for iteration, want := range test.want {
			if got := schedule.Factor(iteration, clock); math.Abs(got-want) > 1e-12 {
				t.Errorf("%s: factor %v at step %d, want %v", test.schedule, got, iteration, want)
			}
		}
	}
}

// Where a training has a single step, or the peak is the very first one, PyTorch
// divides by zero; the factor must still be a rate.
func TestOneCycleOfFewSteps(t *testing.T) {
	for total := 1; total <= 12; total++ {
		for step := range total {
			factor := train.OneCycle{Rise: .25}.Factor(step, train.Clock{Total: total})
			if !(factor > 0 && factor <= 1) {
				t.Errorf("%d steps: factor %v at step %d", total, factor, step)
			}
		}
	}
}

func TestScheduleText(t *testing.T) {
	for _, test := range []struct{ text, canonical string }{
		{"constant", "constant"},
		{"constant()", "constant"},
		{"cosine", "cosine"},
		{"multistep(80ep,120ep;0.1)", "multistep(80ep,120ep;0.1)"},
		{"steps(1ep:1e1,60ep5it:0.20)", "steps(1ep:10,60ep5it:0.2)"},
		{"warmup(5ep)*steps(1ep:10)", "warmup(5ep)*steps(1ep:10)"},
		{"multistep(0ep5it)", "multistep(5it;0.1)"},
		{"onecycle(0.30;25.0;1e4)", "onecycle"},
		{"onecycle(0.2;25;10000)", "onecycle(0.2;25;10000)"},
		{"warmup(5ep)*constant", "warmup(5ep)"},
		{"warmup(5ep)*multistep(30ep,60ep,80ep;0.1)", "warmup(5ep)*multistep(30ep,60ep,80ep;0.1)"},
		{"warmup(5ep)*warmup(2ep)*cosine", "warmup(5ep)*warmup(2ep)*cosine"},
	} {
		schedule, err := train.ParseSchedule(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if schedule.String() != test.canonical {
			t.Errorf("%s: is written %s, want %s", test.text, schedule, test.canonical)
		}
		again, err := train.ParseSchedule(schedule.String())
		if err != nil || again.String() != schedule.String() {
			t.Errorf("%s: read back as %v, %v", test.text, again, err)
		}
	}
	zero, err := train.ParseSchedule(train.OneCycle{}.String())
	if err != nil || !reflect.DeepEqual(zero, train.Schedule(train.OneCycle{Rise: .3, Start: 25, Final: 1e4})) {
		t.Errorf("the zero OneCycle is read back as %+v, %v", zero, err)
	}
}

func TestParseScheduleRefuses(t *testing.T) {
	for text, reason := range map[string]string{
		"":                            `no schedule is called "": there are constant, cosine, multistep, onecycle, steps, warmup`,
		"linear":                      `no schedule is called "linear": there are`,
		"Cosine":                      "did you mean cosine?",
		"cosine(3)":                   "takes no parameters",
		"multistep":                   "needs milestones",
		"multistep()":                 "needs milestones",
		"multistep(80ep":              "not closed",
		"multistep(80)":               `length "80"`,
		"multistep(80ep;0)":           "not a positive number",
		"multistep(80ep;-1)":          "not a positive number",
		"multistep(80ep;NaN)":         "not a positive number",
		"multistep(80ep;Inf)":         "not a positive number",
		"steps":                       "needs milestones",
		"steps(1ep)":                  "no milestone with its factor",
		"steps(1ep:0)":                "not a positive number",
		"steps(1:2)":                  `length "1"`,
		"onecycle(0.3)":               "want 3",
		"onecycle(1;25;10000)":        "a share below 1",
		"warmup":                      "needs a length",
		"warmup(5)":                   `length "5"`,
		"warmup(5ep)*":                `no schedule is called ""`,
		"cosine*warmup(5ep)":          "only warmup can be multiplied",
		"warmup(5ep) * cosine":        "not closed",
		"warmup(5ep)*multistep(5ep;)": "not a positive number",
	} {
		schedule, err := train.ParseSchedule(text)
		if err == nil {
			t.Errorf("%q was read as %s", text, schedule)
		} else if !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: error %q does not say %q", text, err, reason)
		}
	}
}
