// Package show puts tables and figures into the notebook whose cell calls it, as
// Markdown and as vector graphics that every front end draws and that a committed
// notebook keeps. Where there is no notebook, tables are printed and figures are
// named.
package show
