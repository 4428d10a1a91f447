package partition

// queue has vertices by their gain, the last inserted first among equal gains: an
// array of doubly linked lists, as Fiduccia and Mattheyses' buckets.
type queue struct {
	gain       []int32 // shared, and changed outside
	offset     int32
	heads      []int32
	next, prev []int32
	key        []int32 // the gain under which a vertex is listed
	listed     []bool
	top        int // no list above is filled
}

// newQueue is empty and holds vertices with gains in the range of what any may become:
// gains never leave ± the largest weighted degree.
func newQueue(gain []int32, degree int32) *queue {
	n := len(gain)
	q := &queue{
		gain: gain, offset: degree, heads: make([]int32, 2*degree+1),
		next: make([]int32, n), prev: make([]int32, n), key: make([]int32, n), listed: make([]bool, n), top: -1,
	}
	for i := range q.heads {
		q.heads[i] = -1
	}
	return q
}

func (q *queue) insert(v int32) {
	slot := q.gain[v] + q.offset
	q.key[v], q.listed[v] = slot, true
	q.prev[v], q.next[v] = -1, q.heads[slot]
	if head := q.heads[slot]; head >= 0 {
		q.prev[head] = v
	}
	q.heads[slot] = v
	q.top = max(q.top, int(slot))
}

func (q *queue) remove(v int32) {
	if !q.listed[v] {
		return
	}
	q.listed[v] = false
	if q.prev[v] >= 0 {
		q.next[q.prev[v]] = q.next[v]
	} else {
		q.heads[q.key[v]] = q.next[v]
	}
	if q.next[v] >= 0 {
		q.prev[q.next[v]] = q.prev[v]
	}
}

// update moves a listed vertex to the list of its gain.
func (q *queue) update(v int32) {
	if q.listed[v] && q.gain[v]+q.offset != q.key[v] {
		q.remove(v)
		q.insert(v)
	}
}

// highest is the first vertex of the highest gain that is allowed, -1 if there is none.
func (q *queue) highest(allowed func(v int32) bool) int32 {
	for q.top >= 0 && q.heads[q.top] < 0 {
		q.top--
	}
	for slot := q.top; slot >= 0; slot-- {
		for v := q.heads[slot]; v >= 0; v = q.next[v] {
			if allowed(v) {
				return v
			}
		}
	}
	return -1
}
