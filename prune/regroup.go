package prune

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"espalier/nn"
	"espalier/prune/partition"
	"espalier/seed"
)

// RegroupOptions say how Regroup makes a mask group-wise. The zero value has the
// numbers of the authors' code.
type RegroupOptions struct {
	Variant Variant
	// Clusters is in how many the rows of a layer are divided; 0: 8.
	Clusters int
	// Ratio is how many times the weights that a row has outside of its cluster's
	// dense columns must be fewer than those columns; 0: 1.5.
	Ratio float64
	// BlockRows is the number of rows that a kernel takes at once: larger clusters
	// are split into a multiple of it and the rest; 0: 32.
	BlockRows int
	// FewestRows is the size up to which a cluster makes no block; 0: 16.
	FewestRows int
	// KeepLeftovers keeps the live weights outside of the blocks, which the paper
	// drops.
	KeepLeftovers bool
	// Spare tells the parameters to leave as they are; nil is none.
	Spare Spare
}

// Block is a dense part of a parameter: the weights of all Rows, which are output
// channels, at all Columns, which are places (kernel row, kernel column, input channel)
// in the parameter's own order. A weight has the flat index column·channels + row. Both
// rise.
type Block struct {
	Rows, Columns []int
}

// Regroup makes an unstructured mask group-wise (Chen et al., "Coarsening the
// granularity: towards structurally sparse lottery tickets", ICML 2022, algorithm 3,
// after Rumi et al., PACT 2020). The rows of a layer, its output channels, are divided
// into clusters such that few columns have live weights in more than one; in each
// cluster the densest columns become a dense block, in which pruned weights live again,
// and all else of the layer is pruned. A layer in which no block is found keeps its
// mask; one without a live weight is an error. It returns the mask and the blocks of
// each parameter that has some. It looks only at the mask; Input.Random seeds the
// partition.
//
// The rows are divided by package partition as hMETIS is asked to by the authors' code,
// in recursive bisections of 40 to 60 per cent; hMETIS is closed source, so which rows
// share a cluster is not reproduced. A single pass is made, as in the code: in the
// paper's loop every further pass would find blocks, until nothing sparse is left.
//
// As Paper, the dense columns of a cluster are its i densest ones, for the smallest i
// at which every row has fewer than i/Ratio live weights outside them.
//
// As Reference they are those of the function regroup of the code, which has two
// defects:
//
//   - While it counts down what rows have outside of the first i of the densest
//     columns, it looks at the layer's column number i instead of the i-th densest.
//   - At the first row that fails it goes on to the next i, without counting down the
//     rows behind.
//
// So it takes far more columns than it has to, and where more than about two thirds of
// the weights live it finds no number and leaves the layer as it is. It never looks at
// the first column, nor takes all.
func Regroup(ctx context.Context, in Input, o RegroupOptions) (*Mask, map[string][]Block, error) {
	mask, blocks, err := regroup(ctx, in, o)
	if err != nil {
		return nil, nil, fmt.Errorf("regroup: %w", err)
	}
	return mask, blocks, nil
}

func regroup(ctx context.Context, in Input, o RegroupOptions) (*Mask, map[string][]Block, error) {
	if err := o.check(); err != nil {
		return nil, nil, err
	}
	o.Clusters, o.Ratio = cmp.Or(o.Clusters, 8), cmp.Or(o.Ratio, 1.5)
	o.BlockRows, o.FewestRows = cmp.Or(o.BlockRows, 32), cmp.Or(o.FewestRows, 16)
	mask, err := in.mask()
	if err != nil {
		return nil, nil, err
	}
	if in.Random == nil {
		return nil, nil, errors.New("the input has no random streams, which seed the partition")
	}
	blocks := make(map[string][]Block)
	editor := mask.Edit()
	for _, p := range in.Network.Prunable() {
		if o.Spare != nil && o.Spare(p) {
			continue
		}
		if err := mask.lives(p); err != nil {
			return nil, nil, err
		}
		found, err := o.blocks(ctx, mask, p, seed.Seed(in.Random(p.Name).Uint64()))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		if len(found) > 0 {
			blocks[p.Name] = found
			editor.setBlocks(p, found, o.KeepLeftovers)
		}
	}
	return editor.Mask(), blocks, nil
}

func (o RegroupOptions) check() error {
	if o.Clusters < 0 || o.BlockRows < 0 || o.FewestRows < 0 || !(o.Ratio >= 0) || math.IsInf(o.Ratio, 1) {
		return fmt.Errorf("%d clusters, ratio %v, blocks of %d rows, clusters beyond %d rows: none may be negative",
			o.Clusters, o.Ratio, o.BlockRows, o.FewestRows)
	}
	return o.Variant.Check()
}

// blocks are those of one parameter.
func (o RegroupOptions) blocks(ctx context.Context, mask *Mask, p nn.Parameter, s seed.Seed) ([]Block, error) {
	r := rowsOf(p.Shape)
	live := r.live(mask, p.Name)
	clusters, err := o.clusters(ctx, live, s)
	if err != nil {
		return nil, err
	}
	var blocks []Block
	for _, cluster := range clusters {
		if len(cluster) <= o.FewestRows {
			continue
		}
		columns := o.denseColumns(live, cluster)
		if len(columns) == 0 {
			continue
		}
		places := make([]int, len(columns))
		for i, column := range columns {
			places[i] = r.place(column)
		}
		slices.Sort(places)
		whole := len(cluster)
		if whole > o.BlockRows {
			whole -= whole % o.BlockRows
		}
		for _, rows := range [][]int{cluster[:whole], cluster[whole:]} {
			if len(rows) > 0 {
				blocks = append(blocks, Block{Rows: rows, Columns: places})
			}
		}
	}
	return blocks, nil
}

// clusters divides the rows that have live weights; the largest cluster comes first,
// and rows rise.
func (o RegroupOptions) clusters(ctx context.Context, live [][]bool, s seed.Seed) ([][]int, error) {
	var filled []int
	for row, columns := range live {
		if slices.Contains(columns, true) {
			filled = append(filled, row)
		}
	}
	h := partition.Hypergraph{Vertices: len(filled)}
	for column := range live[0] {
		var edge []int32
		for v, row := range filled {
			if live[row][column] {
				edge = append(edge, int32(v))
			}
		}
		if len(edge) > 0 {
			h.Edges = append(h.Edges, edge)
		}
	}
	parts, err := partition.Partition(ctx, h, partition.Options{Parts: o.Clusters, Side: 0.6, Seed: s})
	if err != nil {
		return nil, err
	}
	clusters := make([][]int, o.Clusters)
	for v, part := range parts {
		clusters[part] = append(clusters[part], filled[v])
	}
	slices.SortStableFunc(clusters, func(a, b []int) int { return cmp.Compare(len(b), len(a)) })
	return clusters, nil
}

// denseColumns chooses columns for a cluster of rows, nil where it finds none.
func (o RegroupOptions) denseColumns(live [][]bool, cluster []int) []int {
	densest := densestColumns(live, cluster)
	outside := make([]int, len(cluster))
	for j, row := range cluster {
		for _, lives := range live[row] {
			if lives {
				outside[j]++
			}
		}
	}
	if o.Variant == Reference {
		return o.referenceColumns(live, cluster, densest, outside)
	}
	for i, column := range densest {
		most := 0
		for j, row := range cluster {
			if live[row][column] {
				outside[j]--
			}
			most = max(most, outside[j])
		}
		if float64(i+1) > o.Ratio*float64(most) {
			return densest[:i+1]
		}
	}
	return nil
}

func (o RegroupOptions) referenceColumns(live [][]bool, cluster, densest, outside []int) []int {
	for i := 1; i < len(densest); i++ {
		fails := false
		for j, row := range cluster {
			if live[row][i] {
				outside[j]--
			}
			if float64(i) <= o.Ratio*float64(outside[j]) {
				fails = true
				break
			}
		}
		if !fails {
			return densest[:i]
		}
	}
	return nil
}

// densestColumns orders all columns by how many rows of a cluster have a live weight
// there, the most first.
func densestColumns(live [][]bool, cluster []int) []int {
	counts, order := make([]int, len(live[0])), make([]int, len(live[0]))
	for column := range counts {
		order[column] = column
		for _, row := range cluster {
			if live[row][column] {
				counts[column]++
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	return order
}

// setBlocks makes the blocks live, and prunes what is outside unless it is kept.
func (e *Editor) setBlocks(p nn.Parameter, blocks []Block, keepLeftovers bool) {
	if !keepLeftovers {
		for i := range p.Size() {
			e.Set(p.Name, i, false)
		}
	}
	channels := p.Shape[len(p.Shape)-1]
	for _, block := range blocks {
		for _, column := range block.Columns {
			for _, row := range block.Rows {
				e.Set(p.Name, column*channels+row, true)
			}
		}
	}
}
