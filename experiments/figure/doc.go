// Package figure draws line charts for papers and notebooks: one or more panels
// side by side, lines with bands around them and names at their ends, in colours
// that colour-blind readers can tell apart. A Figure is a value; SVG and PNG render
// it to bytes, the same bytes every time.
package figure
