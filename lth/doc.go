// Package lth finds lottery tickets: sub-networks of a dense network that, trained
// alone from the weights they had at the beginning, do as well as the whole
// (Frankle and Carbin, "The Lottery Ticket Hypothesis", ICLR 2019).
//
// A Study finds them by iterative magnitude pruning: Tickets trains, prunes, rewinds
// and trains again, level after level. Whether a ticket is worth anything is judged by
// a Control at the same density, such as the same mask with new initial weights; each
// control is one function in one file:
//
//	for level, err := range study.Control(ctx, lth.RandomReinitialization, study.Tickets(ctx)) {
//		...
//	}
//
// Published implementations differ in three things: how many weights go, which layers
// are spared, and what rewinding means. A Variant chooses among them; Variant.Rules
// returns what it means for a network.
package lth
