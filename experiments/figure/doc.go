// Package figure draws charts for papers and notebooks: one or more panels side by
// side, of lines with bands around them and names at their ends, of bars, or of the
// cells of a matrix, in colours that colour-blind readers can tell apart. A Figure is a
// value; SVG and PNG render it to the same bytes every time.
package figure
