package data

import (
	"errors"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	want := []string{"cifar-10", "cifar-100", "cifar-100-coarse", "digits", "fashion-mnist", "mnist"}
	if got := Names(); !slices.Equal(got, want) {
		t.Errorf("names %v, want %v", got, want)
	}
}

func TestUnknownNames(t *testing.T) {
	_, opening := Open(t.Context(), "imagenet", "")
	_, checking := Check(t.Context(), "imagenet", "")
	getting := Get(t.Context(), "imagenet", t.TempDir(), GetOptions{})
	for _, err := range []error{opening, checking, getting} {
		var unknown *UnknownError
		if !errors.As(err, &unknown) || unknown.Name != "imagenet" || !strings.Contains(err.Error(), "digits, fashion-mnist, mnist") {
			t.Errorf("error %v", err)
		}
	}
}

// What every set must tell, whether its files are here or not.
func TestDefinitionsAreWhole(t *testing.T) {
	digest := regexp.MustCompile(`^[0-9a-f]{64}$`)
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			d := imageSet(name)
			for what, text := range map[string]string{
				"title": d.source.Title, "home": d.source.Home, "licence": d.source.Licence, "citation": d.source.Citation,
			} {
				if text == "" {
					t.Errorf("no %s", what)
				}
			}
			if err := d.normalisation.validate(d.description.Channels); err != nil || len(d.normalisation.Mean) == 0 {
				t.Errorf("normalisation %v: %v", d.normalisation, err)
			}
			if _, err := adopt(d.description, nil, nil); err != nil {
				t.Error(err)
			}
			classes := slices.Sorted(slices.Values(d.description.Classes))
			if len(slices.Compact(classes)) != len(d.description.Classes) {
				t.Error("two classes have one name")
			}
			for _, f := range d.source.Files {
				if f.Bytes <= 0 || d.archive == nil && !digest.MatchString(f.SHA256) || f.Plain != "" && path.Ext(f.Name) != ".gz" {
					t.Errorf("file %+v", f)
				}
			}
			if sources := []bool{d.embedded, d.address != "", d.archive != nil}; len(slices.DeleteFunc(sources, func(b bool) bool { return !b })) != 1 {
				t.Errorf("built in, address, archive: %v; it must be one of them", sources)
			}
			if d.archive != nil && (!digest.MatchString(d.archive.sha256) || d.archive.bytes <= 0) {
				t.Errorf("archive %+v", *d.archive)
			}
		})
	}
}

// What one caller does to a set that it opened, another does not see.
func TestOpenedSetsShareNothingThatCanChange(t *testing.T) {
	first, err := Open(t.Context(), "digits", "")
	if err != nil {
		t.Fatal(err)
	}
	mean, file := first.Normalisation.Mean[0], first.Source.Files[0].Name
	first.Normalisation.Mean[0], first.Source.Files[0].Name = 9, "changed"
	second, err := Open(t.Context(), "digits", "")
	if err != nil {
		t.Fatal(err)
	}
	if second.Normalisation.Mean[0] != mean || second.Source.Files[0].Name != file {
		t.Error("the second set has what was changed in the first")
	}
}
