package main

import (
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"espalier/data"
)

// downloads shows a bar for each file that is downloaded, where there is a terminal
// to show it on.
type downloads struct {
	out  io.Writer
	file string
	bar  *progressbar.ProgressBar
}

func newDownloads(out io.Writer) *downloads {
	if file, ok := out.(*os.File); !ok || !term.IsTerminal(int(file.Fd())) {
		out = nil
	}
	return &downloads{out: out}
}

func (d *downloads) show(p data.Progress) {
	if d.out == nil {
		return
	}
	if p.File != d.file {
		d.end()
		d.file = p.File
		d.bar = progressbar.NewOptions64(p.Total,
			progressbar.OptionSetWriter(d.out), progressbar.OptionSetDescription(p.File),
			progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish(),
		)
	}
	// A bar that cannot be drawn is no reason to stop a download.
	_ = d.bar.Set64(p.Done)
}

// end finishes the last bar.
func (d *downloads) end() {
	if d.bar != nil {
		_ = d.bar.Finish()
	}
	d.bar = nil
}
