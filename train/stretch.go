package train

// Stretch returns the options of a training that is so many times as long: Length is
// multiplied and rounded down, to whole epochs if it consists of epochs only, and the
// milestones of the schedule stay at their shares of it, rounded down. Schedules
// without milestones have no lengths to change. Start is not changed.
func (o Options) Stretch(times float64, perEpoch int) Options {
	from := o.Length
	o.Length = from.times(times, perEpoch)
	if schedule, ok := o.Schedule.(stretchable); ok {
		o.Schedule = schedule.stretch(func(milestone Length) Length {
			return milestone.share(from, o.Length, perEpoch)
		})
	}
	return o
}

// stretchable is a schedule with milestones.
type stretchable interface {
	stretch(milestone func(Length) Length) Schedule
}

// times is the length multiplied. The small number keeps a product that is whole from
// falling to the number below.
func (l Length) times(factor float64, perEpoch int) Length {
	if l.iterations == 0 {
		return Epochs(int(float64(l.epochs)*factor + 1e-9))
	}
	return Iterations(int(float64(l.Iterations(perEpoch))*factor + 1e-9))
}

// share is the moment of one training that is as far along as l is of another.
func (l Length) share(from, to Length, perEpoch int) Length {
	if l.iterations == 0 && from.iterations == 0 && to.iterations == 0 && from.epochs > 0 {
		return Epochs(l.epochs * to.epochs / from.epochs)
	}
	whole := max(from.Iterations(perEpoch), 1)
	return Iterations(l.Iterations(perEpoch) * to.Iterations(perEpoch) / whole)
}

func (m MultiStep) stretch(milestone func(Length) Length) Schedule {
	milestones := make([]Length, len(m.Milestones))
	for i, at := range m.Milestones {
		milestones[i] = milestone(at)
	}
	return MultiStep{Milestones: milestones, Gamma: m.Gamma}
}

func (s Steps) stretch(milestone func(Length) Length) Schedule {
	steps := make(Steps, len(s))
	for i, step := range s {
		steps[i] = Step{milestone(step.At), step.Factor}
	}
	return steps
}

// stretch leaves the warm-up as long as it is.
func (w WarmUp) stretch(milestone func(Length) Length) Schedule {
	if then, ok := w.Then.(stretchable); ok {
		w.Then = then.stretch(milestone)
	}
	return w
}
