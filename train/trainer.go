package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"espalier/data"
	"espalier/nn"
	"espalier/progress"
)

// checkpointInterval is how often a checkpoint is written by default. The moments
// have no influence on the result.
const checkpointInterval = 30 * time.Second

// trainer runs one job on its program.
type trainer struct {
	job     Job
	program *program
	files   *folder
	state   *state
	batches data.Batches
	clock   Clock

	start, end int // iterations
	saved      time.Time
	task       progress.Task
}

// newTrainer loads the program with the state saved before, or with the initial
// one where that is nil.
func newTrainer(job Job, p *program, files *folder, saved *state) (*trainer, error) {
	batches := job.batches()
	perEpoch := batches.PerEpoch()
	t := &trainer{
		job: job, program: p, files: files, state: saved, batches: batches,
		start: job.Options.Start.Iterations(perEpoch),
		end:   job.Options.Length.Iterations(perEpoch),
		saved: time.Now(),
	}
	t.clock = Clock{PerEpoch: perEpoch, Total: t.end}
	if saved == nil {
		masked, err := job.masked(job.Weights)
		if err != nil {
			return nil, err
		}
		t.state = &state{iteration: t.start}
		t.state.result.Weights = masked
	}
	err := p.load(t.state.result.Weights, t.state.slots, job.maskOf)
	return t, err
}

// masked returns a copy of weights with those at 0 that do not live.
func (j Job) masked(weights nn.Weights) (nn.Weights, error) {
	mask := make(nn.NonZero)
	for _, p := range j.Network.Parameters() {
		if living := j.maskOf(p); living != nil {
			mask[p.Name] = living
		}
	}
	return weights.Masked(mask)
}

// run trains to the end and writes the result. When the context is done before, it
// writes a checkpoint.
func (t *trainer) run(ctx context.Context) error {
	t.task = t.job.Progress.Start(t.job.Name, t.end-t.start)
	defer t.task.End()
	err := t.train(ctx)
	if err == nil {
		return t.finish()
	}
	if !interrupted(ctx, err) {
		return err
	}
	if failure := t.save(); failure != nil {
		return fmt.Errorf("stopped after iteration %d of %d: %w, and %w", t.state.iteration, t.end, ctx.Err(), failure)
	}
	return fmt.Errorf("stopped after iteration %d of %d: %w", t.state.iteration, t.end, ctx.Err())
}

// interrupted reports whether an error is that the context is done.
func interrupted(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx)))
}

func (t *trainer) train(ctx context.Context) error {
	if err := t.settle(ctx); err != nil {
		return err
	}
	for t.state.iteration < t.end {
		epoch, skip := t.state.iteration/t.clock.PerEpoch, t.state.iteration%t.clock.PerEpoch
		for batch, err := range t.batches.Epoch(ctx, epoch, skip) {
			if err != nil {
				return err
			}
			if err := t.step(batch); err != nil {
				return fmt.Errorf("iteration %d: %w", t.state.iteration, err)
			}
			if err := t.settle(ctx); err != nil {
				return err
			}
			if t.state.iteration == t.end {
				break
			}
		}
	}
	return nil
}

// rate is the learning rate of the step with an index.
func (t *trainer) rate(iteration int) float64 {
	return t.job.Options.Optimizer.Rate() * t.job.Options.Schedule.Factor(iteration, t.clock)
}

// step takes one step of the optimizer.
func (t *trainer) step(batch data.Batch) error {
	update := t.state.iteration - t.start + 1
	loss, err := t.program.train(batch, t.job.Options.Optimizer.Scalars(t.rate(t.state.iteration), update))
	if err != nil {
		return err
	}
	t.state.iteration++
	t.state.lossSum += loss * float64(batch.Size)
	t.state.lossCount += batch.Size
	t.task.Step(t.state.iteration - t.start)
	return nil
}

// settle does what is due between two steps. Each part leaves the state so that
// doing it again does nothing, because an interrupted one is done again.
func (t *trainer) settle(ctx context.Context) error {
	if err := t.project(); err != nil {
		return err
	}
	if err := t.snapshot(); err != nil {
		return err
	}
	if t.evaluationDue() {
		if err := t.evaluate(ctx); err != nil {
			return err
		}
	}
	if t.checkpointDue() {
		return t.save()
	}
	return nil
}

// every reports whether a multiple of a length is reached; a zero length is zero's.
func (t *trainer) every(length, zero Length) bool {
	if length.IsZero() {
		length = zero
	}
	return t.state.iteration%max(length.Iterations(t.clock.PerEpoch), 1) == 0
}

func (t *trainer) snapshot() error {
	for _, moment := range t.job.Snapshots {
		if moment.Iterations(t.clock.PerEpoch) != t.state.iteration {
			continue
		}
		if _, taken := t.state.result.Snapshots[moment.String()]; taken {
			continue
		}
		weights, err := t.program.weights()
		if err != nil {
			return err
		}
		if t.state.result.Snapshots == nil {
			t.state.result.Snapshots = make(map[string]nn.Weights)
		}
		t.state.result.Snapshots[moment.String()] = weights
	}
	return nil
}

func (t *trainer) evaluationDue() bool {
	history := t.state.result.History
	if len(history) > 0 && history[len(history)-1].Iteration == t.state.iteration {
		return false
	}
	if t.state.iteration == t.end {
		return true
	}
	return t.state.iteration > t.start && t.every(t.job.Options.EvaluateEvery, Epochs(1))
}

// evaluate adds a point to the history and keeps the weights if they are the best.
func (t *trainer) evaluate(ctx context.Context) error {
	o := t.job.Options
	point := Point{
		Iteration:    t.state.iteration,
		Epoch:        float64(t.state.iteration) / float64(t.clock.PerEpoch),
		LearningRate: math.NaN(),
		TrainLoss:    math.NaN(),
	}
	if t.state.lossCount > 0 {
		point.LearningRate = t.rate(t.state.iteration - 1)
		point.TrainLoss = t.state.lossSum / float64(t.state.lossCount)
	}
	var err error
	point.ValidationLoss, point.ValidationAccuracy, err = t.program.evaluate(ctx, t.job.Validation, o.Normalisation, o.EvaluationBatch, o.Workers)
	if err != nil {
		return err
	}
	point.TestLoss, point.TestAccuracy, err = t.program.evaluate(ctx, t.job.Test, o.Normalisation, o.EvaluationBatch, o.Workers)
	if err != nil {
		return err
	}
	result := &t.state.result
	if t.job.Validation != nil && (result.Best == nil || point.ValidationAccuracy > result.BestPoint().ValidationAccuracy) {
		if result.Best, err = t.program.weights(); err != nil {
			return err
		}
	}
	result.History = append(result.History, point)
	t.state.lossSum, t.state.lossCount = 0, 0
	return nil
}

func (t *trainer) checkpointDue() bool {
	if t.files == nil || t.state.iteration == t.start || t.state.iteration == t.end {
		return false
	}
	if t.job.Options.Checkpoint.IsZero() {
		return time.Since(t.saved) >= checkpointInterval
	}
	return t.every(t.job.Options.Checkpoint, Length{})
}

// save writes a checkpoint.
func (t *trainer) save() error {
	if t.files == nil {
		return nil
	}
	if err := t.collect(); err != nil {
		return err
	}
	var err error
	if t.state.slots, err = t.program.slots(); err != nil {
		return err
	}
	t.saved = time.Now()
	return t.files.save(t.state)
}

// finish writes the result.
func (t *trainer) finish() error {
	if err := t.collect(); err != nil {
		return err
	}
	t.state.slots = nil
	return t.files.finish(t.state)
}

// collect copies the weights out of the program.
func (t *trainer) collect() (err error) {
	t.state.result.Weights, err = t.program.weights()
	return err
}
