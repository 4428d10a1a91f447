package gnn

import (
	"github.com/gomlx/gomlx/core/graph"

	"espalier/data"
)

// Lives is the mask of one of Recipe.Masked in a GoMLX graph, in the parameter's shape.
func (b *Builder) Lives(name string) *graph.Node {
	variable := b.scope.Store().GetVariable(maskPath(name))
	if variable == nil {
		panic("gnn: parameter " + name + " has no mask")
	}
	return variable.NodeValue(b.target)
}

// Score evaluates the program in its current state on the parts of a split.
func (p *Program) Score(split data.NodeSplit) (train, validation, test Score, err error) {
	if err := p.recipe.Graph.checkSplit(split); err != nil {
		return Score{}, Score{}, Score{}, err
	}
	var point Point
	err = p.score(split, &point)
	return point.Train, point.Validation, point.Test, err
}

// Updates is how many steps were taken. SetUpdates sets it when a training continues
// from another program's values, for optimizers that correct for their first steps.
func (p *Program) Updates() int { return p.updates }

// SetUpdates sets what Updates returns.
func (p *Program) SetUpdates(updates int) { p.updates = updates }
