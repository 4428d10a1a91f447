package registry_test

import (
	"slices"
	"strings"
	"testing"

	"espalier/internal/registry"
)

func colours() *registry.Registry[int] {
	r := registry.New[int]("colour")
	r.Register("red", 1)
	r.Register("green", 2)
	r.Register("dark-green", 3)
	return r
}

func TestLookup(t *testing.T) {
	r := colours()
	if got := r.Names(); !slices.Equal(got, []string{"dark-green", "green", "red"}) {
		t.Errorf("names %v", got)
	}
	if got, err := r.Lookup("green"); err != nil || got != 2 {
		t.Errorf("green is %d, %v", got, err)
	}
	if got, ok := r.Get("blue"); ok || got != 0 {
		t.Errorf("blue is %d", got)
	}
	for name, want := range map[string]string{
		"grene":  `no colour is called "grene"; did you mean green?`,
		"Red":    `no colour is called "Red"; did you mean red?`,
		"een":    `no colour is called "een"; did you mean green, red or dark-green?`,
		"dark":   `no colour is called "dark"; did you mean dark-green?`,
		"violet": `no colour is called "violet": there are dark-green, green, red`,
		"":       `no colour is called "": there are dark-green, green, red`,
	} {
		if _, err := r.Lookup(name); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestNamesAreTakenOnce(t *testing.T) {
	r := colours()
	for name, want := range map[string]string{
		"red": `register colour: the name "red" is taken`,
		"":    "register colour: it needs a name",
	} {
		if err := r.Add(name, 4); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	if got, _ := r.Get("red"); got != 1 {
		t.Errorf("red became %d", got)
	}
	defer func() {
		if err, _ := recover().(error); err == nil || !strings.Contains(err.Error(), "taken") {
			t.Errorf("panic %v, want one about the name", err)
		}
	}()
	r.Register("green", 4)
}
