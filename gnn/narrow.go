package gnn

// Narrower is a network with one hidden layer from which unused units, those that
// nothing reads, can be removed.
type Narrower interface {
	Network
	// HiddenUnits is the number of units of the hidden layer; 0 where there is not just
	// one.
	HiddenUnits() int
	// WithHiddenUnits is the network with another number of units, at least 1.
	WithHiddenUnits(units int) Network
}

// HiddenUnits is the width of the hidden layer of a GCN of two layers.
func (n GCN) HiddenUnits() int {
	if n = n.withDefaults(); n.Layers == 2 {
		return n.Hidden
	}
	return 0
}

// WithHiddenUnits sets the width of hidden layers.
func (n GCN) WithHiddenUnits(units int) Network {
	n.Hidden = units
	return n
}

// HiddenUnits is the width of the hidden layer of an MLP of two layers.
func (n MLP) HiddenUnits() int {
	if n = n.withDefaults(); n.Layers == 2 {
		return n.Hidden
	}
	return 0
}

// WithHiddenUnits sets the width of hidden layers.
func (n MLP) WithHiddenUnits(units int) Network {
	n.Hidden = units
	return n
}

// HiddenUnits is the width of the hidden layer.
func (n APPNP) HiddenUnits() int { return n.withDefaults().Hidden }

// WithHiddenUnits sets the width of the hidden layer.
func (n APPNP) WithHiddenUnits(units int) Network {
	n.Hidden = units
	return n
}
