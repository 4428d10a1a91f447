package nn

// Mask says how many values of a parameter live; prune.Mask is one. Costs under a mask
// count only living values.
type Mask interface {
	// SizeOf is the number of values of a masked parameter, 0 where the
	// parameter is not masked.
	SizeOf(parameter string) int
	// CountOf is the number of living values of a masked parameter.
	CountOf(parameter string) int
}

// live is how many values of a parameter live under a mask that may be nil.
func live(mask Mask, p Parameter) int {
	if mask == nil || mask.SizeOf(p.Name) == 0 {
		return p.Size()
	}
	return mask.CountOf(p.Name)
}
