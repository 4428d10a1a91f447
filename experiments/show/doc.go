// Package show puts experiments into a notebook: it runs them into the store that
// the command line uses, and displays tables and figures as the output of a cell.
//
// Run returns what is in the store already at once, so a cell can be run again,
// and a cell further down can read what one further up has made. Where the
// functions fail, Check ends the cell with one line that says why. In a program
// that is no notebook, text is printed, and figures are described in words.
package show
