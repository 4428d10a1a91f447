// Package lth finds lottery tickets: sub-networks of a dense network that, trained
// alone from the weights they had at the beginning, do as well as the whole
// (Frankle and Carbin, "The Lottery Ticket Hypothesis", ICLR 2019).
//
// A Study finds them by iterative magnitude pruning: Tickets trains, prunes,
// rewinds and trains again, level after level. What says whether a ticket is worth
// anything is a Control at the same density, such as the same mask with new initial
// weights; each control is one function in one file:
//
//	for level, err := range study.Control(ctx, lth.RandomReinitialization, study.Tickets(ctx)) {
//		...
//	}
//
// Published implementations differ in three things: how many weights go, which
// layers are spared, and what rewinding means. A Variant names them, and Rules has
// them.
package lth
