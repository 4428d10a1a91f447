// Package experiments describes what can be run, runs it and keeps the results:
// descriptions, cells, the store, and the tables and plots made from it.
//
// An Experiment is a question of one paper. A Request for it, at a scale and with
// hyper-parameters set by name, gives a Plan of cells. A cell is one Desc: its identity
// is a digest of that description, its home a folder of the Store under that digest. A
// Runner runs the cells that have no result yet on a pool of workers; a cell that was
// interrupted continues from its last checkpoint, and one that is finished is read,
// never run again. Rows are measurements with their whole provenance; Summarise puts
// the seeds together, and Tables and Figures show the summaries beside the numbers that
// were published.
//
// The experiments of one paper are one file: tickets.go has lth/tickets.
package experiments
