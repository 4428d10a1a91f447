package main

import "github.com/mmcloughlin/avo/operand"

// control writes the exchange of the processor's control word of arithmetic, and
// the pause of a loop that waits.
func control(a *assembler) {
	a.begin("exchangeControl", "func(control uint32) uint32",
		"exchangeControl sets MXCSR, the control word of vector arithmetic, and returns what it was.")
	word := a.AllocLocal(8)
	a.VSTMXCSR(word)
	old := a.GP32()
	a.MOVL(word, old)
	next := a.Load(a.Param("control"), a.GP32())
	a.MOVL(next, word)
	a.VLDMXCSR(word)
	a.Store(old, a.ReturnIndex(0))
	a.RET()

	a.begin("pause", "func(times int)", "pause runs the instruction PAUSE, times ≥ 1 times.")
	times := a.Load(a.Param("times"), a.GP64())
	a.Label("again")
	a.PAUSE()
	a.DECQ(times)
	a.JNE(operand.LabelRef("again"))
	a.RET()
}
