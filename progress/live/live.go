package live

import (
	"os"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"golang.org/x/term"

	"espalier/progress"
)

// New returns the reporter that fits where the program runs: a line in the cell's
// output where GoNB started it, a line on standard error where that is a terminal,
// else none.
func New() progress.Reporter {
	switch {
	case gonbui.IsNotebook:
		return newBoard(&notebook{id: "progress_" + gonbui.UniqueId()}, 500*time.Millisecond)
	case term.IsTerminal(int(os.Stderr.Fd())) && os.Getenv("TERM") != "dumb":
		return newBoard(terminal{file: os.Stderr}, 100*time.Millisecond)
	}
	return progress.Silent
}
