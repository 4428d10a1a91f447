package cgp

import (
	"espalier/nn"
)

// The names of the parameters that stand for the edges of a graph and for its
// features, in masks and among a network's weights. They have one axis.
const (
	Edges    = "edges"
	Features = "features"
)

// Weights names the group of a network's weights, beside Edges and Features.
const Weights = "weights"

// The roles of those parameters.
const (
	// EdgeValue is a number for each directed edge, in the order of data.Graph.Edges.
	EdgeValue nn.Role = "edge_value"
	// FeatureGate is a number for each column of the features.
	FeatureGate nn.Role = "feature_gate"
	// SoftMask is a number for each value of a weight.
	SoftMask nn.Role = "soft_mask"
)

// edgesOf is the parameter for some edges.
func edgesOf(count int) nn.Parameter {
	return nn.Parameter{Name: Edges, Layer: Edges, Role: EdgeValue, Shape: []int{count}}
}

// featuresOf is the parameter for some features.
func featuresOf(count int) nn.Parameter {
	return nn.Parameter{Name: Features, Layer: Features, Role: FeatureGate, Shape: []int{count}}
}
