package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
)

// maskTable is AVX2's table of masks: 16 lanes of ones, then 16 of zeros. Entered
// n lanes before its middle it gives a mask of n lanes.
func (a *assembler) maskTable() operand.Mem {
	if a.masks == nil {
		m := a.StaticGlobal("masks")
		a.DataAttributes(attr.RODATA | attr.NOPTR)
		for lane := range 32 {
			a.AppendDatum(operand.U32(uint32(lane/16) - 1))
		}
		a.masks = &m
	}
	return *a.masks
}
