package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"espalier/experiments"
)

// positive are the flags whose numbers are above 0. A flag that is not given is 0, which
// stands for its default.
var positive = []string{"workers", "seeds", "classes", "width", "batch", "rounds"}

// checkFlags refuses numbers that are not positive where they have to be.
func checkFlags(flags []*kong.Flag) error {
	for _, flag := range flags {
		if !flag.Set || !slices.Contains(positive, flag.Name) {
			continue
		}
		value := reflect.Indirect(flag.Target)
		switch {
		case value.CanInt() && value.Int() < 1:
			return &experiments.UsageError{Message: fmt.Sprintf("--%s %d: expected a whole number of at least 1", flag.Name, value.Int())}
		case value.CanFloat() && !(value.Float() > 0 && value.Float() < math.Inf(1)):
			return &experiments.UsageError{Message: fmt.Sprintf("--%s %g: expected a positive number", flag.Name, value.Float())}
		}
	}
	return nil
}

// checkFile refuses an argument that names no file.
func checkFile(argument, path string) error {
	switch _, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return &experiments.UsageError{Message: fmt.Sprintf("%s %s: there is no such file", argument, path)}
	case err != nil:
		return &experiments.UsageError{Message: fmt.Sprintf("%s: %v", argument, err)}
	}
	return nil
}

// plainly puts what the parser says of numbers into words.
var plainly = strings.NewReplacer(
	`expected int value but got "-`, `expected a value but got "-`, // which it takes for a flag
	"expected a valid 64 bit int but got", "expected a whole number but got",
	"expected int value but got", "expected a whole number but got",
	"expected a float but got", "expected a number but got",
	"expected float value but got", "expected a number but got",
)
