package cpu

import "github.com/gomlx/compute"

// updatesFrom says that a step of an optimizer can be the epilogue of the matrix
// product that makes its gradient: where waiting for the product until then holds
// less memory than the gradient takes.
func (n *node) updatesFrom(product *node) bool {
	if product.op != compute.OpTypeDotGeneral || under(n.operands[0]) != product.result() {
		return false
	}
	held := 0
	for _, v := range product.operands {
		held += v.shape.Size()
	}
	return held < product.result().shape.Size()
}

// updateRows is a step of an optimizer as an epilogue.
type updateRows struct {
	*runningUpdate
	name    string
	columns int
}

// addUpdate adds the epilogue of a product that is an optimizer's step.
func (t *tail) addUpdate(l *lowering, product, n *node, s *step) {
	if l.external[product.result()] {
		s.writes = append(s.writes, t.result)
	} else {
		s.scratch = append(s.scratch, t.result)
	}
	t.epilogue = &updateRows{runningUpdate: l.update(n, s), name: opName(n.op), columns: t.columns}
}

func (u *updateRows) describe() string { return u.name + " " + u.runningUpdate.describe() }

func (u *updateRows) begin(fr *frame) epilogueRun { return &updateRowsRun{u.at(fr), u.columns} }

// updateRowsRun is one run of it.
type updateRowsRun struct {
	*updateRun
	columns int
}

func (r *updateRowsRun) rows(first, last int) { r.elements(first*r.columns, last*r.columns) }

func (r *updateRowsRun) end() {}
