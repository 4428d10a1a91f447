package sparse

import (
	"cmp"
	"math/bits"
	"slices"
)

// reading says what the rows of a layer read: places in the arena, in floats from a pixel
// of the output, numbered in rising order.
type reading struct {
	places   []int
	channels []int // of each place, its channel's number in the order of places
	rows     [][]weighted
	// inBlocks are the rows in the order in which blocks take them, and union is the
	// number of elements of all these blocks.
	inBlocks []int
	union    int
}

// weighted is the number of a place and a row's weight for it.
type weighted struct {
	place  int
	weight float32
}

// reading finds what the layer reads.
func (l *layer) reading() *reading {
	least, greatest := l.extent()
	if greatest < least {
		read := &reading{rows: make([][]weighted, len(l.rows))}
		read.joinRows(blockRows)
		return read
	}
	number := func(t tap) int { return (t.at(l.in) - least) / l.in.pixel }
	numbers := make([]int32, (greatest-least)/l.in.pixel+1)
	readBy := make([]channel, len(numbers))
	for _, r := range l.rows {
		for _, t := range r.taps {
			numbers[number(t)], readBy[number(t)] = 1, t.channel
		}
	}
	read := &reading{rows: make([][]weighted, len(l.rows))}
	var last channel
	channels := -1
	for i, there := range numbers {
		if there == 0 {
			continue
		}
		if readBy[i] != last {
			last, channels = readBy[i], channels+1
		}
		numbers[i] = int32(len(read.places))
		read.places = append(read.places, least+i*l.in.pixel)
		read.channels = append(read.channels, channels)
	}
	for i, r := range l.rows {
		row := make([]weighted, len(r.taps))
		for j, t := range r.taps {
			row[j] = weighted{int(numbers[number(t)]), t.weight}
		}
		slices.SortFunc(row, func(a, b weighted) int { return cmp.Compare(a.place, b.place) })
		read.rows[i] = row
	}
	read.joinRows(blockRows)
	return read
}

// extent is the least and the greatest place that the layer reads.
func (l *layer) extent() (least, greatest int) {
	least, greatest = 1, 0
	for _, r := range l.rows {
		for _, t := range r.taps {
			at := t.at(l.in)
			if greatest < least {
				least, greatest = at, at
			}
			least, greatest = min(least, at), max(greatest, at)
		}
	}
	return least, greatest
}

// element is what some rows read at a place, with the weight of each.
type element struct {
	place   int
	weights [blockRows]float32
	shared  int // how many rows read it
}

// elements joins what some rows read, in the order of places. It writes over joined.
func (r *reading) elements(joined []element, rows []int) []element {
	joined = joined[:0]
	var left [blockRows][]weighted
	for i, row := range rows {
		left[i] = r.rows[row]
	}
	for {
		e := element{place: len(r.places)}
		for _, row := range left {
			if len(row) > 0 {
				e.place = min(e.place, row[0].place)
			}
		}
		if e.place == len(r.places) {
			return joined
		}
		for i := range left {
			for len(left[i]) > 0 && left[i][0].place == e.place {
				e.weights[i] += left[i][0].weight
				e.shared++
				left[i] = left[i][1:]
			}
		}
		joined = append(joined, e)
	}
}

// joinRows puts rows that read much the same into blocks: the first row that is left goes
// together with those that share most with it.
func (r *reading) joinRows(rows int) {
	supports, left := r.supports(), make([]int, len(r.rows))
	for i := range left {
		left[i] = i
	}
	for len(left) > 0 {
		first := left[0]
		r.inBlocks, left = append(r.inBlocks, first), left[1:]
		union := slices.Clone(supports[first])
		for range min(rows-1, len(left)) {
			best, most := 0, -1
			for i, row := range left {
				if n := common(supports[first], supports[row]); n > most {
					best, most = i, n
				}
			}
			for i, word := range supports[left[best]] {
				union[i] |= word
			}
			r.inBlocks, left = append(r.inBlocks, left[best]), slices.Delete(left, best, best+1)
		}
		r.union += common(union, union)
	}
}

// supports are sets of bits: the places that each row reads.
func (r *reading) supports() [][]uint64 {
	sets := make([][]uint64, len(r.rows))
	for i, row := range r.rows {
		sets[i] = make([]uint64, len(r.places)/64+1)
		for _, w := range row {
			sets[i][w.place/64] |= 1 << (w.place % 64)
		}
	}
	return sets
}

func common(a, b []uint64) int {
	n := 0
	for i, word := range a {
		n += bits.OnesCount64(word & b[i])
	}
	return n
}
