package nn

import (
	"slices"
	"testing"
)

func TestSelectChannels(t *testing.T) {
	for _, channels := range [][]int{
		{0, 1, 2, 3},                  // all
		{1, 2},                        // a run
		{NoChannel, NoChannel, 3, 0},  // zeros and runs
		{3, NoChannel, 1, 0, 2, 2, 1}, // a matrix
	} {
		lab := newLaboratory(t, SelectChannels{Channels: channels}, Training, 2, Shape{2, 3, 4})
		got, _, _ := lab.run()
		var want []float64
		for pixel := range 2 * 2 * 3 {
			for _, c := range channels {
				if c == NoChannel {
					want = append(want, 0)
				} else {
					want = append(want, lab.values[0][4*pixel+c])
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("channels %v: got %v, want %v", channels, got, want)
		}
		lab.checkGradients()
	}
}

func TestSelectChannelsErrors(t *testing.T) {
	for want, channels := range map[string][]int{
		"select channels selects none":                 nil,
		"select channels: there is no channel 4 of 4":  {4},
		"select channels: there is no channel -2 of 4": {0, -2},
	} {
		if _, err := (SelectChannels{Channels: channels}).Output([]Shape{Vector(4)}); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
