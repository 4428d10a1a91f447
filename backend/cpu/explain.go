package cpu

import (
	"fmt"
	"strings"

	"github.com/gomlx/compute"
	"github.com/pkg/errors"
)

// summary counts what compiling did.
type summary struct {
	recorded int
	folded   int
	merged   int
	dead     int
	fused    int
}

// describe names a step.
func (s *step) describe() string {
	if s.detail == "" {
		return s.name
	}
	return s.name + " [" + s.detail + "]"
}

// Explain describes a compiled program: what was removed, its memory, and each of
// its steps with the shapes that it reads and writes.
func Explain(executable compute.Executable) (string, error) {
	e, ok := executable.(*Executable)
	if !ok {
		return "", errors.Errorf("cpu: Explain of a %T, which is no program of this backend", executable)
	}
	p := e.program
	var out strings.Builder
	fmt.Fprintf(&out, "program %q: %d operations recorded; %d dead, %d folded, %d merged, %d fused into others; %d steps\n",
		e.name, p.summary.recorded, p.summary.dead, p.summary.folded, p.summary.merged, p.summary.fused, len(p.steps))
	in, results, constants, separate := p.bytes()
	fmt.Fprintf(&out, "memory: inputs %d B, outputs %d B, constants %d B, arena %d B for %d B of intermediate values\n",
		in, results, constants, p.arena, separate)
	for i := range p.steps {
		s := &p.steps[i]
		fmt.Fprintf(&out, "%5d  %-40s %s <- %s\n", i, s.describe(), p.list(s.writes), p.list(s.reads))
	}
	for i, o := range p.outputs {
		switch {
		case o.input >= 0:
			fmt.Fprintf(&out, "output %d: input %d\n", i, o.input)
		case o.donor >= 0:
			fmt.Fprintf(&out, "output %d: over input %d if that is donated\n", i, o.donor)
		}
	}
	return out.String(), nil
}

// bytes of each kind of slot; separate is what the arena's values would take if
// none shared memory.
func (p *program) bytes() (inputs, outputs, constants, separate int) {
	for _, s := range p.slots {
		switch s.kind {
		case inputSlot:
			inputs += s.size
		case outputSlot:
			outputs += s.size
		case constantSlot:
			constants += s.size
		default:
			separate += s.size
		}
	}
	return inputs, outputs, constants, separate
}

// list writes operands as %slot(shape).
func (p *program) list(operands []operand) string {
	names := make([]string, len(operands))
	for i, o := range operands {
		sigil := "%"
		switch p.slots[o.slot].kind {
		case inputSlot:
			sigil = "in"
		case outputSlot:
			sigil = "out"
		case constantSlot:
			sigil = "const"
		}
		names[i] = fmt.Sprintf("%s%d%s", sigil, o.slot, o.shape)
	}
	return strings.Join(names, " ")
}
