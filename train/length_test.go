package train_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/quick"

	"espalier/train"
)

func TestParseLength(t *testing.T) {
	for _, test := range []struct {
		text, canonical string
		iterations      int // where an epoch has 10
	}{
		{"160ep", "160ep", 1600},
		{"500it", "500it", 500},
		{"2ep50it", "2ep50it", 70},
		{"0it", "0it", 0},
		{"0ep", "0it", 0},
		{"0ep5it", "5it", 5},
		{"3ep0it", "3ep", 30},
		{"2147483647it", "2147483647it", 2147483647},
	} {
		length, err := train.ParseLength(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if length.String() != test.canonical || length.Iterations(10) != test.iterations {
			t.Errorf("%s: is %s and %d iterations, want %s and %d",
				test.text, length, length.Iterations(10), test.canonical, test.iterations)
		}
	}
}

func TestParseLengthRefuses(t *testing.T) {
	for _, text := range []string{
		"", "5", "ep", "it", "5 ep", " 5ep", "5ep ", "-5ep", "+5ep", "1.5ep", "05ep", "5EP", "5epochs",
		"5it2ep", "5ep5ep", "5ep\n", "2147483648it", "99999999999999999999ep", "٣ep",
	} {
		if length, err := train.ParseLength(text); err == nil {
			t.Errorf("%q was read as %s", text, length)
		} else if !strings.Contains(err.Error(), fmt.Sprintf("%q", text)) {
			t.Errorf("%q: the error does not quote it: %v", text, err)
		}
	}
}

func TestLengthRoundTrip(t *testing.T) {
	property := func(epochs, iterations uint16) bool {
		text := fmt.Sprintf("%dep%dit", epochs, iterations)
		length, err := train.ParseLength(text)
		if err != nil {
			return false
		}
		encoded, err := json.Marshal(length)
		if err != nil {
			return false
		}
		var decoded train.Length
		return json.Unmarshal(encoded, &decoded) == nil && decoded == length
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
}

func TestCompareLengths(t *testing.T) {
	long, short := train.Epochs(2), train.Iterations(199)
	if long.Compare(short, 100) != 1 || short.Compare(long, 100) != -1 || long.Compare(short, 99) != -1 {
		t.Error("2ep against 199it: want longer at 100 iterations an epoch, shorter at 99")
	}
	if train.Epochs(3).Compare(train.Iterations(300), 100) != 0 {
		t.Error("3ep is not 300it at 100 iterations an epoch")
	}
}

func ExampleParseLength() {
	length, err := train.ParseLength("2ep50it")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(length, "is", length.Iterations(391), "iterations of 391 an epoch")
	// Output:
	// 2ep50it is 832 iterations of 391 an epoch
}
