// Package show puts experiments into a notebook: it runs them into the store that
// the command line uses, and displays tables and figures as the output of a cell.
//
// Run returns at once what is already in the store, so a cell can be run again, and a
// later cell can read what an earlier one has made. If a function fails, Check ends the
// cell with one line that says why. Outside a notebook, text is printed, and figures
// are described in words.
package show
