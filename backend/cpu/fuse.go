package cpu

// cluster is a group of element-wise nodes that run as one.
type cluster struct{}

func (l *lowering) fused(*cluster) error { return nil }
