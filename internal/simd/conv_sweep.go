package simd

import "sync"

// sweep computes a correlation of source images with packed weights: the forward pass of
// a convolution, or its gradient by the input. A tile of pixels × output channels stays in
// registers over the whole sum. Tiles read the source itself or, where it needs padding, a
// padded copy; no patches are copied.
//
// The gradient of a convolution with stride s consists of phases, each a correlation of
// its own that computes every s-th row and column of the result.
type sweep struct {
	conv           *Convolution
	v              *variant
	source, result image
	weights        []float32
	transposed     bool // the weights' channels change places
	channelwise    bool // each channel by itself: a depthwise convolution
	phases         []phase
	taps           []kernelTap // in the order of packed weights
	unfolded       []kernelTap // the taps before fold, if it did
	folds          int         // neighbouring pixels that count as one, see fold
	regions        []phase     // the phases, or what split makes of them
	reads          []kernelTap // the regions' taps
	offsets        []tap

	clipped   bool   // each region of the result has the taps that lie inside of the source
	low, high [2]int // the source positions that are read, by axis
	height    int    // of the padded source
	width     int
	outside   bool     // positions outside of the source are read
	padded    *scratch // the padded source, where not each task pads its own part
	packed    *scratch
	panelSize int // elements of one packed panel, all phases

	byImage      bool // the four rows of a group are four images, not four pixels
	imagesATask  int
	rowsATask    int
	panelsATask  int
	rowTasks     int
	panelTasks   int
	padTasks     int
	done         Done
	prepare, sum func(task int)
}

// image is a batch of images, channels innermost.
type image struct {
	data          []float32
	height, width int
	channels      int
	perGroup      int
}

// phase is one correlation of a sweep: result row start+step·m reads source rows
// from·m + the taps' offsets; columns likewise.
type phase struct {
	start, step, from, count [2]int
	taps                     [2]int // taps[0] to taps[1] of the sweep's
	reach                    int    // the greatest row offset of a tap
	runs                     [2]int // their runs, in the sweep's offsets
	length                   int    // steps in a run
}

// kernelTap is one position of the kernel, and the row and column of the source that it
// reads, relative to the pixel's.
type kernelTap struct {
	kernel int // kernel row · kernel width + kernel column
	at     [2]int
	packed int // its place among the packed weights
}

var sweeps sync.Pool

func newSweep(c *Convolution) *sweep {
	s, _ := sweeps.Get().(*sweep)
	if s == nil {
		s = new(sweep)
		s.prepare, s.sum = s.prepareTask, s.sumTask
	}
	s.conv, s.v, s.channelwise = c, active, c.depthwise()
	s.clipped, s.byImage, s.folds = false, false, 1
	s.phases, s.taps, s.offsets = s.phases[:0], s.taps[:0], s.offsets[:0]
	return s
}

func (s *sweep) free() {
	s.padded.free()
	s.packed.free()
	s.padded, s.packed, s.done, s.conv = nil, nil, nil, nil
	s.source.data, s.result.data, s.weights = nil, nil, nil
	sweeps.Put(s)
}

func (c *Convolution) input(x []float32) image {
	return image{x, c.Height.In, c.Width.In, c.In, c.perGroup(c.In)}
}

func (c *Convolution) output(y []float32) image {
	return image{y, c.Height.Out(), c.Width.Out(), c.Out, c.perGroup(c.Out)}
}

// perGroup is how many channels a group has; of a depthwise convolution, whose channels
// are computed 16 at a time, 16.
func (c *Convolution) perGroup(channels int) int {
	if c.depthwise() {
		return 16
	}
	return channels / c.groups()
}

// forward sets the sweep up for y: one phase.
func (s *sweep) forward(x, y, w []float32) {
	c := s.conv
	s.source, s.result, s.weights, s.transposed = c.input(x), c.output(y), w, false
	p := phase{
		step:  [2]int{1, 1},
		from:  [2]int{c.Height.stride(), c.Width.stride()},
		count: [2]int{s.result.height, s.result.width},
	}
	for i := range c.Height.Kernel {
		for j := range c.Width.Kernel {
			s.tap(i, j, i*c.Height.dilation()-c.Height.Before, j*c.Width.dilation()-c.Width.Before)
		}
	}
	p.taps = [2]int{0, len(s.taps)}
	s.phases = append(s.phases, p)
}

// tap adds the tap of kernel row i and column j.
func (s *sweep) tap(i, j, row, column int) {
	s.taps = append(s.taps, kernelTap{i*s.conv.Width.Kernel + j, [2]int{row, column}, len(s.taps)})
}

// gradient sets the sweep up for dx. Input row h gets kernel row i from output row
// (h + p − d·i)/s where that is whole: with h + p = s·m + r, the kernel rows with
// d·i ≡ r (mod s), from output row m − (d·i − r)/s. Each pair of remainders is a
// phase.
func (s *sweep) gradient(dy, dx, w []float32) {
	c := s.conv
	s.source, s.result, s.weights, s.transposed = c.output(dy), c.input(dx), w, true
	for r0 := range c.Height.stride() {
		for r1 := range c.Width.stride() {
			p := phase{
				step: [2]int{c.Height.stride(), c.Width.stride()},
				from: [2]int{1, 1},
				taps: [2]int{len(s.taps), 0},
			}
			first0, first1 := p.remainder(0, c.Height, r0), p.remainder(1, c.Width, r1)
			for i := c.Height.Kernel - 1; i >= 0; i-- {
				at0, ok := sourceOffset(c.Height, i, r0)
				if !ok {
					continue
				}
				for j := c.Width.Kernel - 1; j >= 0; j-- {
					if at1, ok := sourceOffset(c.Width, j, r1); ok {
						s.tap(i, j, at0+first0, at1+first1)
					}
				}
			}
			p.taps[1] = len(s.taps)
			s.phases = append(s.phases, p)
		}
	}
}

// remainder sets the phase's positions along an axis, those h with h + p = s·m + r,
// and returns the first of the m.
func (p *phase) remainder(axis int, a Axis, r int) int {
	first := floorDiv(a.Before-r+a.stride()-1, a.stride())
	p.start[axis] = first*a.stride() + r - a.Before
	p.count[axis] = max(0, ceilDiv(a.In-p.start[axis], a.stride()))
	return first
}

// sourceOffset is −(d·i − r)/s where it is whole.
func sourceOffset(a Axis, i, r int) (offset int, ok bool) {
	n := a.dilation()*i - r
	return -floorDiv(n, a.stride()), n%a.stride() == 0
}

// floorDiv is ⌊n/d⌋ for d > 0.
func floorDiv(n, d int) int {
	if n < 0 {
		return -((d - 1 - n) / d)
	}
	return n / d
}

func (s *sweep) run(p Parallel, done Done) {
	if len(s.result.data) == 0 {
		return
	}
	if s.source.perGroup == 0 {
		clear(s.result.data)
		if done != nil {
			done(0, len(s.result.data)/s.result.channels, 0, s.result.channels)
		}
		return
	}
	s.done = done
	s.fold()
	s.orient()
	s.bounds(false)
	s.join()
	s.packed = newScratch(s.panels() * s.groups() * s.panelSize)
	s.cut()
	s.padTasks = 0
	if s.outside && s.panelTasks > 1 {
		s.padAll()
	}
	panels := s.panels() * s.groups()
	p(s.padTasks+min(panels, tasksWanted), s.prepare)
	p(s.rowTasks*s.panelTasks, s.sum)
}

// groups is the number of groups whose sums are apart: of a convolution of each
// channel by itself, vectors of 16 channels.
func (s *sweep) groups() int {
	if s.channelwise {
		return ceilDiv(s.conv.In, 16)
	}
	return s.conv.groups()
}

// panels is the number of vectors of 16 result channels in a group.
func (s *sweep) panels() int { return ceilDiv(s.result.perGroup, 16) }

// bounds finds which source positions are read and whether that needs a buffer:
// where they lie outside of the source, or where tiles read past its end.
func (s *sweep) bounds(past bool) {
	s.regions, s.reads = append(s.regions[:0], s.phases...), append(s.reads[:0], s.taps...)
	if s.clipped {
		s.split()
	}
	s.low, s.high = [2]int{}, [2]int{s.source.height - 1, s.source.width - 1}
	for i := range s.regions {
		p := &s.regions[i]
		if p.count[0] == 0 || p.count[1] == 0 {
			continue
		}
		for i, t := range s.reads[p.taps[0]:p.taps[1]] {
			for axis, at := range t.at {
				s.low[axis] = min(s.low[axis], at)
				s.high[axis] = max(s.high[axis], at+(p.count[axis]-1)*p.from[axis])
			}
			if i == 0 || t.at[0] > p.reach {
				p.reach = t.at[0]
			}
		}
	}
	s.outside = past || s.low != [2]int{} || s.high != [2]int{s.source.height - 1, s.source.width - 1}
	s.height, s.width = s.high[0]-s.low[0]+1, s.high[1]-s.low[1]+1
}

// join joins neighbouring taps to runs of neighbouring source elements, where
// there is one group and the kernel columns of each row follow each other, and
// makes the tiles' offsets.
func (s *sweep) join() {
	step := 16 * s.source.perGroup // from the packed weights of a tap to the next
	if s.channelwise {
		step = 16
	}
	s.panelSize = step * len(s.taps)
	for i := range s.regions {
		p := &s.regions[i]
		taps := s.reads[p.taps[0]:p.taps[1]]
		joined := s.joined(taps)
		p.length = joined * step / 16
		p.runs[0] = len(s.offsets)
		for t := 0; t < len(taps); t += joined {
			at := (taps[t].at[0]-s.low[0])*s.width + taps[t].at[1] - s.low[1]
			s.offsets = append(s.offsets, tap{a: 4 * at * s.source.channels, b: 4 * step * taps[t].packed})
		}
		p.runs[1] = len(s.offsets)
	}
}

// joined is how many taps form one run.
func (s *sweep) joined(taps []kernelTap) int {
	n := 1
	for n < len(taps) && taps[n].at[0] == taps[0].at[0] {
		n++
	}
	if s.conv.groups() > 1 || len(taps)%n != 0 {
		return 1
	}
	for t := range taps {
		if t%n > 0 && (taps[t].at[1] != taps[t-1].at[1]+1 || taps[t].packed != taps[t-1].packed+1) {
			return 1
		}
	}
	return n
}

const (
	pixelsATask = 192 // result pixels of a task, about
	// The same for a depthwise convolution, where padding rows takes more of the time.
	channelPixelsATask = 1024
	greatestTask       = 4096 // result pixels of a task of images, at most about
	quad               = 4    // pixels or images of a group
)

// orient chooses what the four rows of a group are, pixels or images. Images fill
// groups whatever the width, and let taps be clipped instead of padding the source.
func (s *sweep) orient() {
	row, whole := s.result.width/s.phases[0].step[1], s.conv.Batch%quad == 0
	if s.channelwise {
		whole = whole && row < 2*quad-1 // beyond, images lie too far apart for the cache
	}
	s.byImage = s.conv.Batch >= quad && (row < quad || whole)
	s.clipped = s.byImage || s.channelwise
}

// cut divides the result into tasks: images or rows of an image, times channels.
func (s *sweep) cut() {
	pixels := s.result.height * s.result.width
	step := s.phases[0].step
	wanted := pixelsATask
	if s.channelwise {
		wanted = max(pixelsATask, min(channelPixelsATask, s.conv.Batch*pixels/tasksWanted))
	}
	s.imagesATask, s.rowsATask = 1, s.result.height
	switch {
	case s.byImage:
		s.imagesATask = ceilDiv(ceilDiv(wanted, pixels), quad) * quad
		s.rowsATask = s.rowsByImage()
	case pixels < wanted:
		s.imagesATask = wanted / pixels
	default:
		s.rowsATask = ceilDiv(ceilDiv(wanted, s.result.width), step[0]) * step[0]
	}
	s.rowTasks = ceilDiv(s.conv.Batch, s.imagesATask) * ceilDiv(s.result.height, s.rowsATask)
	panels := s.panels() * s.groups()
	s.panelsATask = panels
	if s.channelwise {
		s.panelTasks = 1
		return
	}
	if s.groups() > 1 {
		s.panelsATask = s.panels() // a task stays in its group
	}
	for s.rowTasks*ceilDiv(panels, s.panelsATask) < tasksWanted && s.panelsATask > s.v.vectors() {
		s.panelsATask = ceilDiv(s.panelsATask/2, s.v.vectors()) * s.v.vectors()
	}
	if s.groups() > 1 && s.panels()%s.panelsATask != 0 {
		s.panelsATask = s.panels()
	}
	s.panelTasks = ceilDiv(panels, s.panelsATask)
}

// rowsByImage is the number of rows of a task that takes groups of images: all of
// them, unless that makes few tasks, with one panel each, or large ones.
func (s *sweep) rowsByImage() int {
	height, step := s.result.height, s.phases[0].step[0]
	parts := max(
		ceilDiv(tasksWanted, ceilDiv(s.conv.Batch, s.imagesATask)*s.panels()*s.groups()),
		ceilDiv(s.imagesATask*height*s.result.width, greatestTask),
	)
	rows := max(ceilDiv(height, parts), ceilDiv(pixelsATask, s.imagesATask*s.result.width))
	return min(height, ceilDiv(rows, step)*step)
}

// prepareTask pads a share of the images or packs a share of the panels.
func (s *sweep) prepareTask(task int) {
	if task < s.padTasks {
		s.padTask(task)
		return
	}
	panels := s.panels() * s.groups()
	from, to := share(panels, task-s.padTasks, min(panels, tasksWanted))
	for panel := from; panel < to; panel++ {
		s.pack(panel)
	}
}

// pack lays out the weights of 16 result channels, in the order in which tiles
// read them.
func (s *sweep) pack(panel int) {
	switch {
	case s.channelwise:
		s.packChannels(panel)
		return
	case s.folds > 1:
		s.packFolded()
		return
	}
	group, first := panel/s.panels(), panel%s.panels()*16
	columns := min(16, s.result.perGroup-first)
	in, out := s.conv.In/s.conv.groups(), s.conv.Out
	to := s.packed.data[panel*s.panelSize:]
	for _, t := range s.taps {
		if s.transposed {
			w := s.weights[(t.kernel*in+first)*out+group*s.source.perGroup:]
			s.v.packTransposed(&to[0], 16, &w[0], out, columns, s.source.perGroup, 16)
		} else {
			w := s.weights[t.kernel*in*out+group*s.result.perGroup+first:]
			s.v.packColumns(&to[0], &w[0], out, in, columns, 16)
		}
		to = to[16*s.source.perGroup:]
	}
}

// sumTask computes a block of the result.
func (s *sweep) sumTask(task int) {
	rows, panels := task/s.panelTasks, task%s.panelTasks
	blocks := ceilDiv(s.result.height, s.rowsATask)
	b0, h0 := rows/blocks*s.imagesATask, rows%blocks*s.rowsATask
	b1, h1 := min(s.conv.Batch, b0+s.imagesATask), min(s.result.height, h0+s.rowsATask)
	p0 := panels * s.panelsATask
	p1 := min(s.panels()*s.groups(), p0+s.panelsATask)
	in := s.block(b0, b1, h0, h1)
	if s.channelwise {
		s.sumChannels(in, b0, b1, h0, h1)
	} else {
		s.sumPanels(in, b0, b1, h0, h1, p0, p1)
	}
	in.padded.free()
	if s.done == nil {
		return
	}
	group, last := p0/s.panels(), (p1-1)/s.panels()
	j0 := group*s.result.perGroup + 16*(p0%s.panels())
	j1 := min(s.result.channels, last*s.result.perGroup+min(s.result.perGroup, 16*((p1-1)%s.panels()+1)))
	for b := b0; b < b1; b++ {
		s.done((b*s.result.height+h0)*s.result.width*s.folds, (b*s.result.height+h1)*s.result.width*s.folds, j0, j1/s.folds)
	}
}

// sumPanels computes the panels p0 to p1 of result rows h0 to h1 of images b0 to b1.
func (s *sweep) sumPanels(in block, b0, b1, h0, h1, p0, p1 int) {
	t := tilePool.Get().(*tile)
	for panel := p0; panel < p1; {
		group, first := panel/s.panels(), panel%s.panels()
		vectors := min(s.v.vectors(), p1-panel, s.panels()-first)
		t.cols = min(16*vectors, s.result.perGroup-16*first)
		kernels := &s.v.rows[vectors-1]
		q := quads{sweep: s, in: in, tile: t, kernels: kernels, high: kernels.groups(), panel: panel,
			sourceChannel: group * s.source.perGroup, resultChannel: group*s.result.perGroup + 16*first}
		for i := range s.regions {
			q.phase = &s.regions[i]
			q.run(b0, b1, h0, h1)
		}
		panel += vectors
	}
	tilePool.Put(t)
}
