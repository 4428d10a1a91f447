package experiments

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"espalier/cgp"
	"espalier/gnn"
	"espalier/internal/durable"
	"espalier/prune"
)

// What is put before the names of times where they are of a training epoch, which is a
// step over the whole graph, and not of an inference; and the time of the whole network.
const (
	ofEpoch           = "epoch_"
	wholeMilliseconds = "dense_" + Milliseconds
)

// time races each level's network, as compaction leaves it, against the whole one. A cell
// whose run has not kept what remains, because it is of an older program, has no times.
func (o *Cosparsify) time(ctx context.Context, w Work, d Desc) ([]Measurement, error) {
	durations := []Measurement{}
	if _, err := readRemains(w.Folder, 0); errors.Is(err, fs.ErrNotExist) {
		return durations, nil
	}
	problem, _, err := o.problem(ctx, w, d)
	if err != nil {
		return nil, err
	}
	whole := problem
	if whole.Network, err = cgp.Backbone(d.Network); err != nil {
		return nil, err
	}
	dense, err := cgp.NewTrial(whole, cgp.Options{})
	if err != nil {
		return nil, err
	}
	defer dense.Close()
	for i, level := range o.levels(d.Method) {
		remains, err := readRemains(w.Folder, i)
		if err != nil {
			return nil, err
		}
		metrics, err := timeRest(ctx, dense, problem, o.options(d.Method, level.left), remains)
		if err != nil {
			return nil, fmt.Errorf("level %d: %w", i, err)
		}
		durations = append(durations, Measurement{Level: i, Metrics: metrics})
	}
	return durations, nil
}

// timeRest races what remains of a problem against the dense network, which is its own
// measure where the two are the same.
func timeRest(ctx context.Context, dense *cgp.Trial, problem cgp.Problem, options cgp.Options, remains *prune.Mask) (Metrics, error) {
	programs := []func(context.Context) error{dense.Step, dense.Infer}
	if options.Densities != (cgp.Densities{}) || problem.Network.Kind() == gnn.KindMLP {
		rest, err := problem.Rest(remains)
		if err != nil {
			return nil, err
		}
		own, err := cgp.NewTrial(rest, options)
		if err != nil {
			return nil, err
		}
		defer own.Close()
		programs = append(programs, own.Step, own.Infer)
	}
	seconds, err := race(ctx, programs...)
	if err != nil {
		return nil, err
	}
	metrics, own := make(Metrics), seconds[len(seconds)-2:]
	for i, of := range []string{ofEpoch, ""} {
		slow, fast := seconds[i], own[i]
		metrics[of+wholeMilliseconds] = Number(1000 * quantile(slow, 0.5))
		metrics[of+Milliseconds] = Number(1000 * quantile(fast, 0.5))
		metrics[of+Speedup] = Number(speedup(slow, fast))
	}
	return metrics, nil
}

// remainsFile is the file in a cell's folder that has what compaction leaves at a level.
func remainsFile(folder string, level int) string {
	return filepath.Join(folder, fmt.Sprintf("remains-%02d", level))
}

// keepRemains writes what remains of a problem at a level.
func keepRemains(folder string, level int, remains *prune.Mask) error {
	form, err := remains.MarshalBinary()
	if err != nil {
		return err
	}
	return durable.WriteFile(durable.OS{}, remainsFile(folder, level), form)
}

func readRemains(folder string, level int) (*prune.Mask, error) {
	path := remainsFile(folder, level)
	form, err := durable.OS{}.ReadFile(path)
	if err != nil {
		return nil, err
	}
	remains, err := prune.ParseMask(form)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return remains, nil
}
