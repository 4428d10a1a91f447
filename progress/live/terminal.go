package live

import (
	"fmt"
	"os"

	"golang.org/x/term"
)

// terminal is the last line of a terminal.
type terminal struct{ file *os.File }

// clearLine moves to the beginning of the line and erases it.
const clearLine = "\r\x1b[K"

// show replaces the line. A longer one than the terminal is wide would wrap and
// stay, so it is cut. That progress cannot be shown is no reason to stop working.
func (t terminal) show(line string) {
	width, _, err := term.GetSize(int(t.file.Fd()))
	if err != nil {
		width = 80
	}
	_, _ = fmt.Fprint(t.file, clearLine, cut(line, width-1))
}

func (t terminal) clear() { _, _ = fmt.Fprint(t.file, clearLine) }

// cut shortens a line to so many characters.
func cut(line string, width int) string {
	runes := []rune(line)
	if len(runes) <= width {
		return line
	}
	return string(runes[:max(width-1, 0)]) + "…"
}
