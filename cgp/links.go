package cgp

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"espalier/data"
	"espalier/internal/qr"
	"espalier/seed"
)

// LinkProblem turns the prediction of links into one of classes: the nodes of the graph
// that it returns are pairs of nodes, without edges between them, of class 1 if they
// are linked and of class 0 if not. The features of a pair are computed before, from
// the links for training alone: of nodes u and v with embeddings x_u and x_v they are
//
//	[ |x_u − x_v| , x_u ⊙ x_v ]
//
// The embeddings are the leading eigenvectors of D^-½ (A + I) D^-½, scaled so that a
// coordinate has unit variance.
func LinkProblem(s data.LinkSplit, dimensions int, from seed.Seed) (*data.Graph, data.NodeSplit, error) {
	if s.Graph == nil {
		return nil, data.NodeSplit{}, errors.New("links to predict need a graph: data.Graph.SplitLinks makes a split of one")
	}
	nodes := s.Graph.Nodes()
	if dimensions < 1 || dimensions > nodes {
		return nil, data.NodeSplit{}, fmt.Errorf("embeddings of %d dimensions for %d nodes", dimensions, nodes)
	}
	embedding, err := spectral(s.Graph, dimensions, from)
	if err != nil {
		return nil, data.NodeSplit{}, fmt.Errorf("embed %s: %w", s.Graph.Name(), err)
	}
	c := data.GraphContent{Name: s.Graph.Name() + "/pairs", Classes: 2, Source: s.Graph.Source()}
	var split data.NodeSplit
	var values []float32
	for _, part := range []struct {
		examples data.LinkExamples
		to       *[]int32
	}{{s.Train, &split.Train}, {s.Validation, &split.Validation}, {s.Test, &split.Test}} {
		for label, pairs := range [][]data.Edge{part.examples.Negative, part.examples.Positive} {
			for _, pair := range pairs {
				*part.to = append(*part.to, int32(len(c.Labels)))
				c.Labels = append(c.Labels, int32(label))
				u, v := embedding.RawRowView(int(pair.From)), embedding.RawRowView(int(pair.To))
				for i := range u {
					values = append(values, float32(math.Abs(u[i]-v[i])))
				}
				for i := range u {
					values = append(values, float32(u[i]*v[i]))
				}
			}
		}
	}
	c.Nodes = len(c.Labels)
	if c.Features, err = data.NewDenseFeatures(c.Nodes, 2*dimensions, values); err != nil {
		return nil, data.NodeSplit{}, err
	}
	pairs, err := data.NewGraph(c)
	return pairs, split, err
}

// powerSteps is how often the subspace is multiplied: the embeddings need not be exact
// eigenvectors to be good features.
const powerSteps = 60

// spectral is an orthonormal basis of the leading eigenvectors of D^-½ (A + I) D^-½ by
// orthogonal iteration, times √nodes.
func spectral(g *data.Graph, dimensions int, from seed.Seed) (*mat.Dense, error) {
	nodes := g.Nodes()
	random := from.Stream("embedding")
	basis := mat.NewDense(nodes, dimensions, nil)
	for i := range nodes {
		for j := range dimensions {
			basis.Set(i, j, random.NormFloat64())
		}
	}
	root := make([]float64, nodes)
	for i := range root {
		root[i] = 1 / math.Sqrt(float64(1+g.Incoming().Degree(i)))
	}
	for range powerSteps {
		basis = propagated(g, root, basis)
		qr.Orthonormalize(basis.RawMatrix())
	}
	// Rotated so that coordinates are eigenvectors, the leading first.
	var small mat.Dense
	small.Mul(basis.T(), propagated(g, root, basis))
	symmetric := mat.NewSymDense(dimensions, nil)
	for i := range dimensions {
		for j := range i + 1 {
			symmetric.SetSym(i, j, (small.At(i, j)+small.At(j, i))/2)
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(symmetric, true) {
		return nil, fmt.Errorf("the eigenvectors of its adjacency were not found")
	}
	var vectors, rotated mat.Dense
	eigen.VectorsTo(&vectors)
	rotated.Mul(basis, &vectors)
	rotated.Scale(math.Sqrt(float64(nodes)), &rotated)
	return &rotated, nil
}

// propagated is D^-½ (A + I) D^-½ times x.
func propagated(g *data.Graph, root []float64, x *mat.Dense) *mat.Dense {
	nodes, width := x.Dims()
	product := mat.NewDense(nodes, width, nil)
	for i := range nodes {
		to := product.RawRowView(i)
		add := func(j int) {
			weight := root[i] * root[j]
			for k, v := range x.RawRowView(j) {
				to[k] += weight * v
			}
		}
		add(i)
		for j := range g.Incoming().Neighbours(i) {
			add(j)
		}
	}
	return product
}

// AUC is the area under the ROC curve: the probability that, of one example of each
// class, the one of class 1 has the higher score, where equal scores count half. It is
// NaN if a class has no example or a score is NaN.
func AUC(scores []float64, labels []int32) float64 {
	if slices.ContainsFunc(scores, math.IsNaN) {
		return math.NaN()
	}
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(scores[a], scores[b]) })
	var ranks, positive, negative float64
	for begin := 0; begin < len(order); {
		end := begin
		for end < len(order) && scores[order[end]] == scores[order[begin]] {
			end++
		}
		for _, i := range order[begin:end] {
			if labels[i] == 1 {
				ranks += float64(begin+end+1) / 2
				positive++
			} else {
				negative++
			}
		}
		begin = end
	}
	if positive == 0 || negative == 0 {
		return math.NaN()
	}
	return (ranks - positive*(positive+1)/2) / (positive * negative)
}
