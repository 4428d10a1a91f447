package experiments

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"espalier/data"
	"espalier/nn"
	"espalier/nn/weightfile"
	"espalier/train"
)

func init() { register(evaluate) }

// Evaluate are the hyper-parameters of nn/evaluate.
type Evaluate struct {
	Data          dataSets    `name:"data" default:"cifar-10" of:"plan" help:"Data sets, separated by commas." expect:"one or more data sets with commas between"`
	Network       network     `name:"network" default:"resnet20" help:"The network; espalier network lists them."`
	Weights       weightsFile `name:"weights" default:"" help:"File of trained weights: PyTorch's .th, .pt or .pth, safetensors or npz." expect:"the path of a weights file"`
	Normalisation string      `name:"normalisation" default:"imagenet" enum:"imagenet,data,none" help:"Mean and deviation that the weights were trained with: ImageNet's, the data set's own, or none."`
}

// pretrained is the one method of nn/evaluate.
const pretrained = "pretrained"

// correct is the number of test images that are classified right.
const correct = "correct"

var evaluate = define[Evaluate](Experiment{
	Name:     "nn/evaluate",
	Title:    "Trained weights",
	Question: "How accurate on the test images is a network with weights that another program has trained?",
	Paper:    "He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, CVPR 2016; weights of akamaster/pytorch_resnet_cifar10.",
	Methods:  []Method{{pretrained, "pretrained", "the weights of a file, as they are"}},
	Presets:  map[Scale]Preset{Smoke: {Seeds: 1}, Bench: {Seeds: 1}, Paper: {Seeds: 1}},
	Trained: func(_ *Store, d Desc, _ int) (string, []string, error) {
		return "", nil, &UsageError{fmt.Sprintf("%s: the weights are those of a file: export them by `espalier network %s --weights FILE -o FILE`", d.Experiment, d.Network)}
	},
	Columns: []Column{
		{Metric: TestAccuracy, Title: "test accuracy", Percent: true, Decimals: 2},
		{Metric: correct, Title: "correct"},
	},
	Published: evaluatePublished(),
})

// cells are one for each data set: nothing is drawn at random, so more seeds would
// find the same.
func (o *Evaluate) cells(s Setting) ([]Cell, error) {
	var cells []Cell
	for _, set := range o.Data {
		desc, err := Desc{
			Experiment: s.Experiment.Name, Scale: s.Scale, Data: set, Network: string(o.Network), Method: pretrained, Seed: 1,
		}.withOptions(o)
		if err != nil {
			return nil, err
		}
		cells = append(cells, cellOf(desc, o.run))
	}
	return cells, nil
}

// run evaluates the weights on the test images of a data set.
func (o *Evaluate) run(ctx context.Context, w Work, d Desc) (Outcome, error) {
	_, network, err := compose(d.Data, d.Network, 1)
	if err != nil {
		return Outcome{}, err
	}
	weights, err := o.Weights.read(network)
	if err != nil {
		return Outcome{}, err
	}
	set, err := data.Open(ctx, d.Data, w.Data)
	if err != nil {
		return Outcome{}, err
	}
	session := train.NewSession(w.Backend)
	defer session.Close()
	loss, accuracy, err := session.Evaluate(ctx, network, weights, set.Test, o.normalisation(set), 0)
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{
		Measurements: []Measurement{{Metrics: Metrics{
			Remaining:    Number(living(network, weights)),
			TestAccuracy: Number(accuracy),
			TestLoss:     Number(loss),
			correct:      Number(math.Round(accuracy * float64(set.Test.Len()))),
		}}},
		Data: map[string]string{set.Test.Name(): set.Test.Digest(), "weights": o.Weights.digest},
	}, nil
}

func (o *Evaluate) normalisation(set *data.Dataset) data.Normalisation {
	switch o.Normalisation {
	case "imagenet":
		return data.Normalisation{Mean: []float32{.485, .456, .406}, Deviation: []float32{.229, .224, .225}}
	case "data":
		return set.Normalisation
	default:
		return data.Normalisation{}
	}
}

// living is the fraction of the prunable weights that are not zero.
func living(n *nn.Network, weights nn.Weights) float64 {
	alive, all := 0, 0
	for _, p := range n.Prunable() {
		for _, w := range weights[p.Name] {
			if w != 0 {
				alive++
			}
		}
		all += p.Size()
	}
	return float64(alive) / float64(all)
}

// cost is that of one pass over the test images of each data set.
func (o *Evaluate) cost(Setting) (Cost, error) {
	const batch = 250
	var cost Cost
	for _, set := range o.Data {
		entry, composed, err := compose(set, string(o.Network), 1)
		if err != nil {
			return Cost{}, err
		}
		cost.Cells++
		cost.Iterations += (entry.Test + batch - 1) / batch
		cost.Minutes += arithmeticSeconds(composed, entry.Test) / 60
	}
	return cost, nil
}

// weightsFile is a file of weights as a hyper-parameter. Its text is the SHA-256 of
// its content, so that the same weights are the same cell wherever they lie, and
// others under the same path are not.
type weightsFile struct{ path, digest string }

// digestPrefix marks a text that is a digest and not a path.
const digestPrefix = "sha256:"

// MarshalText writes the digest.
func (f weightsFile) MarshalText() ([]byte, error) {
	if f.digest == "" {
		return nil, nil
	}
	return []byte(digestPrefix + f.digest), nil
}

// UnmarshalText reads the path of a file, or what MarshalText writes, by which
// results can be selected that are there already.
func (f *weightsFile) UnmarshalText(text []byte) error {
	*f = weightsFile{}
	if len(text) == 0 {
		return nil
	}
	if digest, ok := strings.CutPrefix(string(text), digestPrefix); ok {
		if raw, err := hex.DecodeString(digest); err != nil || len(raw) != sha256.Size {
			return fmt.Errorf("%s is not followed by 64 hexadecimal digits", digestPrefix)
		}
		f.digest = strings.ToLower(digest)
		return nil
	}
	file, err := os.Open(string(text))
	if err != nil {
		return err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return err
	}
	f.path, f.digest = string(text), hex.EncodeToString(hash.Sum(nil))
	return nil
}

// read reads the weights for a network from the file, which must be as it was when
// the run was planned.
func (f weightsFile) read(n *nn.Network) (nn.Weights, error) {
	if f.path == "" {
		return nil, &UsageError{"no weights are named: set weights to the path of a file, as in --set weights=resnet20.th"}
	}
	file, err := weightfile.Open(f.path)
	if err != nil {
		return nil, err
	}
	if file.Digest != f.digest {
		return nil, fmt.Errorf("weights file %s has changed since the run was planned; run again", f.path)
	}
	weights, err := file.Weights(n)
	if err != nil {
		return nil, fmt.Errorf("weights file %s: %w", f.path, err)
	}
	return weights, nil
}

// evaluatePublished are the accuracies that the authors of the weights print.
func evaluatePublished() []Published {
	var published []Published
	for _, p := range []struct {
		network  string
		accuracy float64
	}{{"resnet20", 0.9173}, {"resnet32", 0.9263}, {"resnet56", 0.9339}} {
		published = append(published, Published{
			Statement: "test accuracy of the published weights", Data: "cifar-10", Network: p.network,
			Metric: TestAccuracy, Of: Point{pretrained, 1}, Value: p.accuracy, Source: "akamaster/pytorch_resnet_cifar10",
		})
	}
	return published
}
