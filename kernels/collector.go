package kernels

import (
	"encoding/json"
	"fmt"
	"strings"
)

// collector gathers what a kernel broadcasts into the cells that it belongs to, by the
// request that each message answers. An output that arrives after its cell was done thus
// still finds its place.
type collector struct {
	limit    int                    // bytes of output that a cell may have
	cells    map[string]*transcript // by request
	displays map[string][]*Output   // by display_id, over all cells
}

func newCollector(limit int) *collector {
	return &collector{limit: limit, cells: map[string]*transcript{}, displays: map[string][]*Output{}}
}

// transcript is the output of one cell while it grows.
type transcript struct {
	cell  *Cell
	size  int     // bytes received
	full  bool    // the limit was exceeded: the rest is dropped
	clear bool    // the next output replaces those that are there
	open  *Output // the stream that is being written
	text  []byte  // of the open stream
}

// begin says that the outputs of a request belong to a cell.
func (c *collector) begin(request string, cell *Cell) {
	c.cells[request] = &transcript{cell: cell}
}

// take puts a message where it belongs. Its error is ErrOutputLimit, the first time
// that a cell's outputs are too many.
func (c *collector) take(m message) error {
	t := c.cells[m.Parent.ID]
	if t == nil {
		return nil
	}
	switch m.Header.Type {
	case "execute_input":
		t.cell.ExecutionCount = contentOf(m).Count
	case "clear_output":
		if t.clear = true; !contentOf(m).Wait {
			t.empty()
		}
	case "update_display_data":
		if len(m.Content) <= c.limit {
			c.update(contentOf(m))
		}
	case "stream", "display_data", "execute_result", "error":
		return c.output(t, m)
	}
	return nil
}

func (c *collector) output(t *transcript, m message) error {
	if t.full {
		return nil
	}
	if t.clear {
		t.empty()
	}
	if t.size += len(m.Content); t.size > c.limit && m.Header.Type != "error" {
		t.full = true
		return fmt.Errorf("%w: more than %d bytes", ErrOutputLimit, c.limit)
	}
	content := contentOf(m)
	if m.Header.Type == "stream" {
		t.stream(content.Stream, content.Text)
		return nil
	}
	output := content.output(OutputKind(m.Header.Type))
	t.cell.Outputs = append(t.cell.Outputs, output)
	if id := content.Transient.DisplayID; id != "" {
		c.displays[id] = append(c.displays[id], output)
	}
	return nil
}

// update changes every output that was displayed under an identifier.
func (c *collector) update(content content) {
	for _, output := range c.displays[content.Transient.DisplayID] {
		output.Data, output.Metadata = joinBundle(content.Data), content.Metadata
	}
}

// finish completes the cells' outputs with what has been received so far.
func (c *collector) finish() {
	for _, t := range c.cells {
		t.seal()
	}
}

func (t *transcript) empty() {
	t.cell.Outputs, t.size, t.clear, t.open, t.text = nil, 0, false, nil, nil
}

// stream appends to the last output where that is the same stream.
func (t *transcript) stream(name, text string) {
	var last *Output
	if n := len(t.cell.Outputs); n > 0 {
		last = t.cell.Outputs[n-1]
	}
	if last == nil || last.Kind != StreamOutput || last.Name != name {
		last = &Output{Kind: StreamOutput, Name: name}
		t.cell.Outputs = append(t.cell.Outputs, last)
	}
	if last != t.open {
		t.seal()
		t.open, t.text = last, []byte(last.Text)
	}
	t.text = append(t.text, text...)
}

func (t *transcript) seal() {
	if t.open != nil {
		t.open.Text = overwrite(string(t.text))
	}
}

// overwrite keeps of each line what follows its last carriage return, as a terminal shows
// it: of a progress bar, the last state.
func overwrite(text string) string {
	if !strings.Contains(text, "\r") {
		return text
	}
	var shown strings.Builder
	for line := range strings.Lines(text) {
		body := strings.TrimRight(line, "\r\n")
		shown.WriteString(body[strings.LastIndexByte(body, '\r')+1:])
		if strings.HasSuffix(line, "\n") {
			shown.WriteByte('\n')
		}
	}
	return shown.String()
}

// content has the fields of all messages that bear output.
type content struct {
	Stream    string         `json:"name"`
	Text      string         `json:"text"`
	Data      map[string]any `json:"data"`
	Metadata  map[string]any `json:"metadata"`
	Transient struct {
		DisplayID string `json:"display_id"`
	} `json:"transient"`
	Count     int      `json:"execution_count"`
	Name      string   `json:"ename"`
	Value     string   `json:"evalue"`
	Traceback []string `json:"traceback"`
	Wait      bool     `json:"wait"`
}

// contentOf reads a message's content as far as possible. A message that the kernel signed
// and still got wrong shows as an empty output.
func contentOf(m message) content {
	var c content
	decoder := json.NewDecoder(strings.NewReader(string(m.Content)))
	decoder.UseNumber()
	_ = decoder.Decode(&c)
	return c
}

func (c content) output(kind OutputKind) *Output {
	switch kind {
	case ErrorOutput:
		return &Output{Kind: kind, ErrorName: c.Name, ErrorValue: c.Value, Traceback: c.Traceback}
	case ResultOutput:
		return &Output{Kind: kind, Data: joinBundle(c.Data), Metadata: c.Metadata, ExecutionCount: c.Count}
	}
	return &Output{Kind: kind, Data: joinBundle(c.Data), Metadata: c.Metadata}
}
