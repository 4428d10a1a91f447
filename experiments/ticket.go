package experiments

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"espalier/internal/durable"
	"espalier/lth"
	"espalier/nn"
	"espalier/nn/export"
	"espalier/prune"
	"espalier/train"
)

// Ticket is a trained network of a finished cell, that of one level.
type Ticket struct {
	Desc Desc
	// Measurement is what the cell measured at the level.
	Measurement
	// Network is the one that was trained: the description's, or what is left of it where
	// the method trains the network without the channels that its mask removes.
	Network *nn.Network
	// Weights are those at the end of training; where Mask prunes them they are 0.
	Weights nn.Weights
	Mask    *prune.Mask
	// Training is how the network was trained, point by point.
	Training   *train.Finished
	Provenance Provenance
}

// Ticket reads the trained network of a finished cell's level, for which it needs
// neither data nor a backend. The error is ErrNotFinished for a cell without a result,
// and a *UsageError for an experiment whose cells keep no networks or a level that the
// cell lacks.
func (s *Store) Ticket(d Desc, level int) (*Ticket, error) {
	e, err := Find(d.Experiment)
	if err != nil {
		return nil, err
	}
	if err := e.KeepsWeights(); err != nil {
		return nil, err
	}
	result, err := s.Result(d)
	if err != nil {
		return nil, fmt.Errorf("cell %.12s (%s): %w", d.Digest(), d, err)
	}
	measured, err := result.level(level)
	if err != nil {
		return nil, err
	}
	folder, like, err := e.Trained(s, d, level)
	if err != nil {
		return nil, err
	}
	ticket := &Ticket{Desc: d, Measurement: measured, Provenance: result.Provenance}
	if err := ticket.read(e, folder, like); err != nil {
		return nil, s.unreadTicket(ticket, err)
	}
	return ticket, nil
}

// KeepsWeights reports that cells of the experiment keep no weights.
func (e *Experiment) KeepsWeights() error {
	if e.Trained == nil {
		return &UsageError{fmt.Sprintf("cells of %s keep what was measured and not the weights of their graph networks", e.Name)}
	}
	return nil
}

// read reads what training has left.
func (t *Ticket) read(e *Experiment, folder string, like []string) error {
	width, err := strconv.ParseFloat(e.value(t.Desc, "width"), 64)
	if err != nil {
		return err
	}
	_, whole, err := compose(t.Desc.Data, t.Desc.Network, width)
	if err != nil {
		return err
	}
	level, training, err := lth.ReadLevel(whole, folder, like...)
	if err != nil {
		return err
	}
	for metric, value := range map[string]float64{
		TestAccuracy: training.Final().TestAccuracy, TestLoss: training.Final().TestLoss, TrainLoss: training.Final().TrainLoss,
	} {
		if measured := t.Metrics[metric]; !same(float64(measured), value) {
			return fmt.Errorf("the training in %s ended with a %s of %v, and the cell's result says %v: they are of two runs", folder, metric, value, measured)
		}
	}
	t.Network, t.Mask = level.Trained(whole)
	t.Weights, t.Training = training.Weights, training
	return nil
}

// same reports whether two numbers are equal as the store keeps them, where what is not
// finite is not a number.
func same(a, b float64) bool { return a == b || a-a != 0 && b-b != 0 }

// unreadTicket says what to do about a network that cannot be read.
func (s *Store) unreadTicket(t *Ticket, err error) error {
	err = fmt.Errorf("the network of cell %.12s (%s), level %d: %w", t.Desc.Digest(), t.Desc, t.Level, err)
	var usage *UsageError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w; remove %s and run the cell again, which completes what is not there any more",
			err, filepath.Join(s.CellFolder(t.Desc), resultFile))
	case errors.Is(err, fs.ErrPermission), errors.As(err, &usage):
		return err
	default:
		return fmt.Errorf("%w; remove %s and run the cell again", err, s.CellFolder(t.Desc))
	}
}

// level is what was measured at a level.
func (r *Result) level(level int) (Measurement, error) {
	levels := make([]string, len(r.Measurements))
	for i, m := range r.Measurements {
		if m.Level == level {
			return m, nil
		}
		levels[i] = strconv.Itoa(m.Level)
	}
	return Measurement{}, &UsageError{fmt.Sprintf("cell %.12s (%s) has no level %d: there are %s", r.Desc.Digest(), r.Desc, level, strings.Join(levels, ", "))}
}

// TimedBatch is how many images the cell's inference is timed with, 0 where it is not timed.
func (t *Ticket) TimedBatch() int {
	size, err := strconv.Atoi(Summary{Setting: t.Desc}.Option("timed-batch"))
	if err != nil {
		return 0
	}
	return size
}

// Shrink is the ticket without the channels that its mask leaves unused. Up to
// rounding, its network computes the same.
func (t *Ticket) Shrink() (*Ticket, error) {
	shrunk, err := nn.Shrink(t.Network, t.Weights, t.Mask, nn.Constant)
	if err != nil {
		return nil, err
	}
	small := *t
	small.Network, small.Weights, small.Mask = shrunk.Network, shrunk.Weights, t.Mask.Shrink(shrunk)
	return &small, nil
}

// Export writes the ticket's Model to a file in the format that its extension names:
// .onnx, .safetensors or .npz. The file is written completely or left as it was.
func (t *Ticket) Export(path string) error { return export.Write(durable.OS{}, path, t.Model()) }

// Model is the ticket for package export. Its metadata say where it comes from: the
// description and the digest of its cell, the commit, the digests of the data, what was
// measured, and the mean and the deviation by which images are normalised.
func (t *Ticket) Model() export.Model {
	d, p := t.Desc, t.Provenance
	facts := map[string]string{
		"cell": d.Digest(), "experiment": d.Experiment, "scale": string(d.Scale), "data": d.Data, "method": d.Method,
		"seed": strconv.FormatUint(uint64(d.Seed), 10), "level": strconv.Itoa(t.Level),
		"commit": p.Commit, "backend": p.Backend + " " + p.BackendVersion, "go": p.Go, "processor": p.Processor.Model,
	}
	if !p.Clean {
		facts["commit"] += " with changes, " + p.Difference
	}
	if normalisation := t.Training.Fact("normalisation"); normalisation != "" {
		facts["normalisation"] = normalisation
	}
	for name, value := range d.Options {
		facts["option "+name] = value
	}
	for name, digest := range p.DataDigests {
		facts["data "+name] = digest
	}
	for name, value := range t.Metrics {
		facts["measured "+name] = shortest(float64(value))
	}
	return export.Model{Network: t.Network, Weights: t.Weights, Mask: t.Mask, Metadata: facts}
}

// levelFolder is where a cell keeps a level of its study, by the method's name.
func (s *Store) levelFolder(d Desc, method string, level int) string {
	return lth.LevelFolder(s.studyFolder(d), method, level)
}

func (s *Store) studyFolder(d Desc) string { return filepath.Join(s.CellFolder(d), studyFolder) }

// trainedTicket is where the level of a cell of tickets or of a control of them is, and
// those that it may have been trained as: the ticket of its level, and those of the levels
// before. The dense network is level 0 of the tickets.
func (s *Store) trainedTicket(d Desc, level int) (folder string, like []string, err error) {
	tickets := d
	tickets.Method = lth.Tickets
	if d.Method == lth.Tickets || d.Method == Dense {
		return s.levelFolder(tickets, lth.Tickets, level), nil, nil
	}
	for index := level; index >= 0; index-- {
		if index < level {
			like = append(like, s.levelFolder(d, d.Method, index))
		}
		like = append(like, s.levelFolder(tickets, lth.Tickets, index))
	}
	return s.levelFolder(d, d.Method, level), like, nil
}

// trainedStructural is where the level of a cell of lth/structural is; it may have been
// trained as a level of the method that its masks come from, too.
func (s *Store) trainedStructural(d Desc, level int) (folder string, like []string, err error) {
	folder, like, err = s.trainedTicket(d, level)
	for _, of := range new(Structural).structures() {
		if of.Name != d.Method || of.source == lth.Tickets {
			continue
		}
		source := d
		source.Method = of.source
		for index := level; index > 0; index-- {
			like = append(like, s.levelFolder(source, of.source, index))
		}
	}
	return folder, like, err
}

// trainedFilters is where the level of a cell of lth/soft is: a rate's of soft pruning, a
// control's, or the dense network's.
func (s *Store) trainedFilters(d Desc, level int) (folder string, like []string, err error) {
	switch d.Method {
	case Dense:
		return s.levelFolder(d, lth.Tickets, level), nil, nil
	case lth.SoftFilterPruning, lth.PretrainedSoftFilterPruning:
		var rates fractions
		if err := rates.UnmarshalText([]byte(Summary{Setting: d}.Option("rates"))); err != nil {
			return "", nil, err
		}
		return lth.SoftFolder(s.studyFolder(d), d.Method, rates[level-1]), nil, nil
	}
	for index := level - 1; index > 0; index-- {
		like = append(like, s.levelFolder(d, d.Method, index))
	}
	return s.levelFolder(d, d.Method, level), like, nil
}

// trainedThinned is where the level of a cell of lth/scratch is.
func (s *Store) trainedThinned(d Desc, level int) (folder string, like []string, err error) {
	if slices.Contains([]string{Dense, slimmingDense}, d.Method) {
		return s.levelFolder(d, lth.Tickets, level), nil, nil
	}
	return s.levelFolder(d, d.Method, level), nil, nil
}

// One is the only one of some results, or an error that says how to choose one.
func One(results []*Result) (*Result, error) {
	if len(results) == 1 {
		return results[0], nil
	}
	names := slices.Clone(reserved)
	for _, r := range results {
		for name := range r.Desc.Options {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var choices []string
	for _, name := range slices.Compact(names) {
		var values []string
		for _, r := range results {
			value, ok := r.Desc.text(name)
			if !ok {
				value = Summary{Setting: r.Desc}.Option(name)
			}
			if !slices.Contains(values, value) {
				values = append(values, value)
			}
		}
		if len(values) > 1 {
			choices = append(choices, name+"="+strings.Join(values, "|"))
		}
	}
	return nil, &UsageError{fmt.Sprintf("there are %d such results; choose one by --scale or --set: %s", len(results), strings.Join(choices, ", "))}
}
