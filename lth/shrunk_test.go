package lth_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"espalier/lth"
	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

// silent is a mask under which removed channels stay silent in training: their biases
// and batch norms are masked too.
type silent struct {
	*prune.Mask
	living nn.Weights
}

func (m silent) Float32(parameter string) []float32 {
	if values := m.Mask.Float32(parameter); values != nil {
		return values
	}
	return m.living[parameter]
}

// silentMask masks whatever nn.Silence sets to zero.
func silentMask(t testing.TB, n *nn.Network, mask *prune.Mask) silent {
	t.Helper()
	ones := make(nn.Weights)
	for _, p := range n.Parameters() {
		ones[p.Name] = make([]float32, p.Size())
		for i := range ones[p.Name] {
			ones[p.Name][i] = 1
		}
	}
	return silent{mask, must(nn.Silence(n, ones, mask))(t)}
}

// Training the shrunk network gives what training the whole network under the mask
// gives, but for rounding.
func TestShrunkNetworkTrainsAsTheMaskedOne(t *testing.T) {
	study := residualStudy(t)
	study.Options.Training.Length = train.Iterations(30)
	study.Options.Training.Optimizer = train.SGD{LearningRate: 0.05, Momentum: 0.9, WeightDecay: 1e-3}
	tickets := collect(t, study.Tickets(t.Context()))
	for _, level := range collect(t, study.Control(t.Context(), lth.Refill, sequence(tickets)))[1:] {
		if level.Shrunk == nil {
			t.Fatalf("level %d was not shrunk", level.Index)
		}
		masked := must(train.Run(t.Context(), study.Backend, train.Job{
			Network: study.Network, Weights: level.Initial, Mask: silentMask(t, study.Network, level.Mask),
			Train: study.Train, Validation: study.Validation, Test: study.Test,
			Options: study.Options.Training, Seed: study.Seed.Derive("training"),
		}))(t)
		for name, values := range level.Result.Weights {
			for i, want := range level.Shrunk.Cut(name, masked.Weights[name]) {
				if difference := math.Abs(float64(values[i] - want)); !(difference <= 1e-3*max(1, math.Abs(float64(want)))) {
					t.Fatalf("level %d: %s[%d] is %v, under the mask %v", level.Index, name, i, values[i], want)
				}
			}
		}
		got, want := level.Result.Final(), masked.Final()
		if math.Abs(got.TestLoss-want.TestLoss) > 1e-3 || math.Abs(got.TestAccuracy-want.TestAccuracy) > 0.01 {
			t.Errorf("level %d: test loss %v and accuracy %v, under the mask %v and %v",
				level.Index, got.TestLoss, got.TestAccuracy, want.TestLoss, want.TestAccuracy)
		}
		network, mask := level.Trained(study.Network)
		if err := mask.Fits(network); err != nil {
			t.Error(err)
		}
		whole, small := nn.CostOf(study.Network, nil).MACs, nn.CostOf(network, nil).MACs
		if small >= whole {
			t.Errorf("level %d: the shrunk network has %d multiply-accumulates of %d", level.Index, small, whole)
		}
	}
}

// A control that would train the ticket without its unused channels, where these do
// nothing anyway, takes the ticket's result, and with it the network that it is of.
func TestASharedResultIsOfItsNetwork(t *testing.T) {
	study := toyStudy(t)
	study.Options.Levels = 1
	study.Options.Reshape = func(_ context.Context, _ lth.Study, in prune.Input) (*prune.Mask, error) {
		editor := in.Mask.Edit()
		for i := range 64 {
			editor.Set("fc1.weight", 30*i+3, false) // unit 3 reads nothing
		}
		return editor.Mask(), nil
	}
	tickets := collect(t, study.Tickets(t.Context()))
	level := collect(t, study.Control(t.Context(), lth.Regroup, sequence(tickets)))[1]
	if level.Result != tickets[1].Result {
		t.Error("the same network was trained twice")
	}
	network, mask := level.Trained(study.Network)
	if err := level.Result.Weights.Check(network); err != nil {
		t.Error(err)
	}
	if err := mask.Fits(network); err != nil {
		t.Error(err)
	}
}

// A structure that takes all channels of a layer is an error that names it, before
// anything is trained.
func TestAStructureMayNotEmptyALayer(t *testing.T) {
	study := residualStudy(t)
	study.Options.Levels = 1
	tickets := collect(t, study.Tickets(t.Context()))
	empty := func(_ context.Context, s lth.Study, ticket lth.Level) (lth.Start, error) {
		editor := ticket.Mask.Edit()
		for i := range ticket.Mask.SizeOf("layer2.0.conv1.weight") {
			editor.Set("layer2.0.conv1.weight", i, false)
		}
		return lth.Start{Mask: editor.Mask(), Weights: ticket.Origin.Rewound, Shrink: true}, nil
	}
	refillEmpty := func(ctx context.Context, s lth.Study, ticket lth.Level) (lth.Start, error) {
		start, err := empty(ctx, s, ticket)
		if err != nil {
			return lth.Start{}, err
		}
		ticket.Mask = start.Mask
		return lth.Refill.Start(ctx, s, ticket)
	}
	for _, control := range []lth.Control{{Name: "empty", Start: empty}, {Name: "refill-empty", Start: refillEmpty}} {
		for level, err := range study.Control(t.Context(), control, sequence(tickets[1:])) {
			if err == nil {
				t.Fatalf("%s: level %d was trained", control.Name, level.Index)
			}
			if !strings.Contains(err.Error(), "layer2.0.conv1") || !strings.Contains(err.Error(), "lose all") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: error %v", control.Name, err)
			}
		}
	}
}

// A mask that is not the network's is an error that says so.
func TestAStructureMustFit(t *testing.T) {
	study := residualStudy(t)
	study.Options.Levels = 1
	tickets := collect(t, study.Tickets(t.Context()))
	other := must(nn.New("resnet-digits", nn.ZooOptions{}))(t)
	control := lth.Control{Name: "foreign", Start: func(_ context.Context, s lth.Study, ticket lth.Level) (lth.Start, error) {
		return lth.Start{Mask: prune.Ones(other), Weights: ticket.Origin.Rewound, Shrink: true}, nil
	}}
	for _, err := range study.Control(t.Context(), control, sequence(tickets)) {
		if err == nil || !strings.Contains(err.Error(), "does not fit") {
			t.Fatalf("error %v", err)
		}
	}
}
