package cpu

import (
	"testing"
)

// TestPlanKeepsLiveValuesApart checks that slots of the arena which hold values at
// the same time do not overlap, but for one that dies in the step in which the other
// is born, over it.
func TestPlanKeepsLiveValuesApart(t *testing.T) {
	for _, m := range []model{lenet300, cnn, residual} {
		tr, err := m.build(newBackend(t, ""))
		if err != nil {
			t.Fatal(err)
		}
		p := tr.executable.(*Executable).program
		lives := p.lives()
		separate := 0
		for i, a := range p.slots {
			if a.kind != arenaSlot || a.size == 0 || lives[i].last < 0 {
				continue
			}
			separate += a.size
			if a.offset%alignment != 0 || a.offset+a.size > p.arena {
				t.Errorf("%s: slot %d lies at %d of %d, %d bytes long", m.name, i, a.offset, p.arena, a.size)
			}
			for j, b := range p.slots[:i] {
				if b.kind != arenaSlot || b.size == 0 || lives[j].last < 0 ||
					a.offset >= b.offset+b.size || b.offset >= a.offset+a.size {
					continue
				}
				if lives[i].first > lives[j].last || lives[j].first > lives[i].last {
					continue
				}
				if lives[i].first == lives[j].last || lives[j].first == lives[i].last {
					if a.offset == b.offset && a.size == b.size {
						continue
					}
				}
				t.Errorf("%s: slots %d (steps %v) and %d (steps %v) overlap", m.name, i, lives[i], j, lives[j])
			}
		}
		if p.arena >= separate {
			t.Errorf("%s: the arena has %d bytes for %d bytes of values: nothing is shared", m.name, p.arena, separate)
		}
	}
}

func TestSizeClasses(t *testing.T) {
	last, lastRounded := -1, 0
	for size := 1; size < 1<<16; size++ {
		class, rounded := sizeClass(size)
		if rounded < size || rounded < alignment || size > alignment && 4*rounded > 5*size+4 {
			t.Fatalf("%d bytes are rounded to %d", size, rounded)
		}
		if class < last || class == last && rounded != lastRounded || class > last && rounded <= lastRounded {
			t.Fatalf("%d bytes have class %d of %d bytes, after class %d of %d", size, class, rounded, last, lastRounded)
		}
		last, lastRounded = class, rounded
	}
}

func TestMemoriesAreUsedAgain(t *testing.T) {
	var m memories
	block := m.take(1000)
	if uintptr(block.base)%alignment != 0 || len(block.bytes) < 1000 {
		t.Errorf("a block of %d bytes at %p", len(block.bytes), block.base)
	}
	m.give(block)
	if again := m.take(990); !raceEnabled && again != block {
		t.Error("a block that was given back is not taken again")
	}
}
