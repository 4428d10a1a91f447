package pickle_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"espalier/internal/pickle"
)

// object takes a state, once.
type object struct{ state any }

func (o *object) Build(state any) error {
	if o.state != nil {
		return errors.New("it has a state")
	}
	o.state = state
	return nil
}

func language() pickle.Language {
	return pickle.Language{
		Holds: "tests",
		Functions: map[pickle.Global]pickle.Function{
			"m.pair": func(_ *pickle.Machine, arguments pickle.Tuple) (any, error) {
				return &pickle.List{Items: arguments}, nil
			},
			"m.Object": func(*pickle.Machine, pickle.Tuple) (any, error) { return new(object), nil },
			"m.work":   func(m *pickle.Machine, _ pickle.Tuple) (any, error) { return nil, m.Spend(1 << 20) },
		},
		Names: map[pickle.Global]bool{"m.name": true},
	}
}

func run(input string) (any, error) {
	return pickle.NewMachine([]byte(input), language(), 1000).Run()
}

func TestValues(t *testing.T) {
	for input, want := range map[string]any{
		"N.":                                     nil,
		"\x88.":                                  true,
		"\x89.":                                  false,
		"K\xff.":                                 255,
		"M\x01\x02.":                             513,
		"J\xff\xff\xff\xff.":                     -1,
		"\x8a\x00.":                              0,
		"\x8a\x02\x00\x80.":                      -32768,
		"\x8a\x09123456789.":                     pickle.Wide("123456789"),
		"G\x3f\xf8\x00\x00\x00\x00\x00\x00.":     1.5,
		"X\x02\x00\x00\x00\xc3\xa9.":             "é",
		"U\x02\xff\x00.":                         "\xff\x00",
		"T\x01\x00\x00\x00\xff.":                 "\xff",
		"C\x02\xff\x00.":                         pickle.Bytes("\xff\x00"),
		"B\x01\x00\x00\x00\xff.":                 pickle.Bytes("\xff"),
		"\x8e\x01\x00\x00\x00\x00\x00\x00\x00x.": pickle.Bytes("x"),
		").":                                     pickle.Tuple{},
		"(K\x01K\x02t.":                          pickle.Tuple{1, 2},
		"K\x01\x85.":                             pickle.Tuple{1},
		"K\x01K\x02\x86.":                        pickle.Tuple{1, 2},
		"NK\x01K\x02\x87.":                       pickle.Tuple{nil, 1, 2},
		"](K\x01K\x02e.":                         &pickle.List{Items: []any{1, 2}},
		"]K\x01a.":                               &pickle.List{Items: []any{1}},
		"}K\x01K\x02s.":                          &pickle.Dictionary{Entries: []pickle.Entry{{Key: 1, Value: 2}}},
		"}(K\x01Nu}b.":                           &pickle.Dictionary{Entries: []pickle.Entry{{Key: 1}}},
		"K\x05q\x07h\x07\x86.":                   pickle.Tuple{5, 5},
		"cm\nname\n.":                            pickle.Global("m.name"),
		"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00\x8c\x01m\x8c\x04name\x93\x94.": pickle.Global("m.name"),
		"cm\npair\nK\x01K\x02\x86R.": &pickle.List{Items: []any{1, 2}},
		"cm\nObject\n)\x81K\x01b.":   &object{state: 1},
	} {
		if got, err := run(input); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %#v, %v, want %#v", input, got, err, want)
		}
	}
}

func TestPicklesFollowEachOther(t *testing.T) {
	m := pickle.NewMachine([]byte("K\x01.K\x02.rest"), language(), 100)
	for want := 1; want <= 2; want++ {
		if got, err := m.Run(); err != nil || got != want {
			t.Errorf("%v, %v, want %d", got, err, want)
		}
	}
	if string(m.Rest()) != "rest" {
		t.Errorf("rest %q", m.Rest())
	}
}

func TestRefusals(t *testing.T) {
	for input, want := range map[string]string{
		"cos\nsystem\n(U\x04truetR.":            `"os.system", which tests do not need`,
		"\x80\x04\x8c\x02os\x8c\x06system\x93.": `"os.system"`,
		"cm\nname\n)R.":                         "a call of m.name, which is not run",
		"cm\nname\n)\x81.":                      "a call of m.name, which is not run",
		"cm\npair\nK\x01R.":                     "a call of m.pair",
		"K\x01)R.":                              "a call of a int",
		"(ios\nsystem\n.":                       "operation 0x69 is not one that tests need",
		"K\x01Q.":                               "a persistent id",
		"K\x01Nb.":                              "does not fit a int",
		"cm\nObject\n)RK\x01bK\x02b.":           "it has a state",
		"cm\nwork\n)R.":                         "more operations than tests need",
		strings.Repeat("(", 1001):               "more operations",
		"":                                      "truncated",
		"X\xff\xff\xff\x7f":                     "truncated",
		"X\x01\x00\x00\x00\xff.":                "not UTF-8",
		"\x80\x06N.":                            "protocol 6",
		"NN.":                                   "one value",
		"(N.":                                   "one value",
		".":                                     "one value",
		"(Na.":                                  "too few values",
	} {
		if _, err := run(input); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: error %v, want %q", input, err, want)
		}
	}
}

func FuzzRun(f *testing.F) {
	for _, seed := range []string{
		"\x80\x02cm\nObject\n)\x81}(U\x01aK\x01ub.", "](K\x01K\x02e.", "K\x05q\x07h\x07\x86.", "cm\npair\n(NNtR.",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		m := pickle.NewMachine(input, language(), 1000)
		value, err := m.Run()
		if err == nil && len(pickle.Describe(value)) > 1000 {
			t.Errorf("a long description of %T", value)
		}
	})
}
