package data

import (
	"fmt"
	"slices"

	"espalier/seed"
)

// Split holds out some images at random, for validation. Both parts keep the order
// of the whole; every image is in exactly one of them.
func (d *Images) Split(held int, s seed.Seed) (rest, heldOut *Images, err error) {
	if held < 0 || held > d.Len() {
		return nil, nil, fmt.Errorf("split %s: cannot hold out %d of %d images", d.Name(), held, d.Len())
	}
	order := s.Stream("split").Perm(d.Len())
	slices.Sort(order[:held])
	slices.Sort(order[held:])
	return d.subset("rest", order[held:]), d.subset("held-out", order[:held]), nil
}

// Balanced chooses the same number of images of each class at random. They keep the
// order of the whole. For the same seed, a smaller choice is contained in every larger
// one.
func (d *Images) Balanced(perClass int, s seed.Seed) (*Images, error) {
	if perClass < 0 {
		return nil, fmt.Errorf("balanced subset of %s: cannot take %d images of each class", d.Name(), perClass)
	}
	classes := make([][]int, len(d.description.Classes))
	for i := range d.Len() {
		classes[d.Label(i)] = append(classes[d.Label(i)], i)
	}
	var chosen []int
	for class, members := range classes {
		if len(members) < perClass {
			return nil, fmt.Errorf("balanced subset of %s: class %d (%s) has %d images, not %d",
				d.Name(), class, d.description.Classes[class], len(members), perClass)
		}
		order := s.Stream("balanced", class).Perm(len(members))
		for _, member := range order[:perClass] {
			chosen = append(chosen, members[member])
		}
	}
	slices.Sort(chosen)
	return d.subset(fmt.Sprintf("balanced-%d", perClass), chosen), nil
}

// Select takes the images with the given indices, in that order; an index may come
// more than once.
func (d *Images) Select(indices []int) (*Images, error) {
	for _, i := range indices {
		if i < 0 || i >= d.Len() {
			return nil, fmt.Errorf("select from %s: there is no image %d among %d", d.Name(), i, d.Len())
		}
	}
	return d.subset("selection", indices), nil
}

// subset shares the pixels and labels of the whole.
func (d *Images) subset(part string, indices []int) *Images {
	description := d.description
	description.Name += "/" + part
	rows := make([]int32, len(indices))
	for n, i := range indices {
		rows[n] = int32(d.row(i))
	}
	return newImages(description, d.pixels, d.labels, rows)
}
