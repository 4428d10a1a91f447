package live

import (
	"html"

	"github.com/janpfeifer/gonb/gonbui"
)

// notebook is a line in a cell's output, which is updated in place.
type notebook struct{ id string }

func (n *notebook) show(line string) {
	gonbui.UpdateHTML(n.id, "<pre>"+html.EscapeString(line)+"</pre>")
}

func (n *notebook) clear() { gonbui.UpdateHTML(n.id, "") }
