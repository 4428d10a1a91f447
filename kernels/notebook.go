package kernels

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"espalier/internal/durable"
)

// The version of nbformat that notebooks are written in.
const (
	formatMajor = 4
	formatMinor = 5
)

// CellKind says what a cell holds.
type CellKind string

// The kinds of cells that nbformat 4 has.
const (
	CodeCell     CellKind = "code"
	MarkdownCell CellKind = "markdown"
	RawCell      CellKind = "raw"
)

// Notebook is the content of an .ipynb file, nbformat 4
// (https://nbformat.readthedocs.io/en/latest/format_description.html). Fields that
// the format does not name are kept and written again.
type Notebook struct {
	Cells    []*Cell
	Metadata map[string]any
	Minor    int // of the format's version 4.Minor

	extra map[string]any
}

// Cell is one cell of a notebook.
type Cell struct {
	Kind           CellKind
	ID             string // 1 to 64 of a-z A-Z 0-9 - _, unique in the notebook
	Source         string
	Metadata       map[string]any
	ExecutionCount int       // In [n]; 0: not executed. Code cells only
	Outputs        []*Output // code cells only

	extra map[string]any
}

// Tagged says whether the cell's metadata has a tag, "raises-exception" say.
func (c *Cell) Tagged(tag string) bool {
	tags, _ := c.Metadata["tags"].([]any)
	return slices.Contains(tags, any(tag))
}

// FirstLine returns the first line of the source that says something about the cell: not
// an empty one, nor the %% that begins a main function. It is "" if there is none.
func (c *Cell) FirstLine() string {
	for line := range strings.Lines(c.Source) {
		if line = strings.TrimSpace(line); line != "" && line != "%%" {
			return line
		}
	}
	return ""
}

// ReadNotebook reads a notebook file.
func ReadNotebook(path string) (*Notebook, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read notebook: %w", err)
	}
	notebook, err := ParseNotebook(content)
	if err != nil {
		return nil, fmt.Errorf("read notebook %s: %w", path, err)
	}
	return notebook, nil
}

// ParseNotebook reads a notebook from JSON. Text may be one string or a list of lines, and
// absent fields are empty. Cell identifiers that are absent, malformed or used twice are
// replaced by ones computed from the cell's place and source, so that reading the same
// file again gives the same ones. A field of the wrong type is an error that says where it
// is.
func ParseNotebook(content []byte) (*Notebook, error) {
	root, err := decodeObject(content)
	if err != nil {
		return nil, err
	}
	f := fields{where: "notebook", values: root}
	notebook := &Notebook{Metadata: f.object("metadata")}
	if major := f.integer("nbformat"); f.err == nil && major != formatMajor {
		return nil, fmt.Errorf("nbformat is %d, and only %d is read: convert it with `jupyter nbconvert --to notebook`", major, formatMajor)
	}
	notebook.Minor = f.integer("nbformat_minor")
	cells := f.list("cells")
	notebook.extra = f.values
	if f.err != nil {
		return nil, f.err
	}
	for i, value := range cells {
		cell, err := parseCell(fmt.Sprintf("cell %d", i+1), value)
		if err != nil {
			return nil, err
		}
		notebook.Cells = append(notebook.Cells, cell)
	}
	notebook.identify()
	return notebook, nil
}

func parseCell(where string, value any) (*Cell, error) {
	f, err := fieldsOf(where, value)
	if err != nil {
		return nil, err
	}
	cell := &Cell{
		Kind:     CellKind(f.text("cell_type")),
		ID:       f.text("id"),
		Source:   f.text("source"),
		Metadata: f.object("metadata"),
	}
	switch cell.Kind {
	case CodeCell:
		cell.ExecutionCount = f.integer("execution_count")
		for i, output := range f.list("outputs") {
			parsed, err := parseOutput(fmt.Sprintf("%s, output %d", where, i+1), output)
			if err != nil {
				return nil, err
			}
			cell.Outputs = append(cell.Outputs, parsed)
		}
	case MarkdownCell, RawCell:
	default:
		if f.err == nil {
			f.err = fmt.Errorf("%s: cell_type is %q, not code, markdown or raw", where, cell.Kind)
		}
	}
	cell.extra = f.values
	return cell, f.err
}

var validID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// identify gives every cell an identifier that is valid and its own.
func (n *Notebook) identify() {
	seen := map[string]bool{}
	for _, cell := range n.Cells {
		if !validID.MatchString(cell.ID) || seen[cell.ID] {
			cell.ID = ""
		}
		seen[cell.ID] = true
	}
	for i, cell := range n.Cells {
		for try := 0; cell.ID == ""; try++ {
			sum := sha256.Sum256(fmt.Appendf(nil, "%d/%d/%s/%s", i, try, cell.Kind, cell.Source))
			if id := hex.EncodeToString(sum[:4]); !seen[id] {
				cell.ID, seen[id] = id, true
			}
		}
	}
}

// volatile are keys of a cell's metadata that differ from run to run.
var volatile = []string{"execution", "ExecuteTime"}

// strip removes what differs between two runs of the same notebook.
func (n *Notebook) strip() {
	for _, cell := range n.Cells {
		for _, key := range volatile {
			delete(cell.Metadata, key)
		}
	}
}

// MarshalJSON returns the notebook as nbformat 4.5 or the later minor version that
// it was read as, keys sorted.
func (n *Notebook) MarshalJSON() ([]byte, error) { return json.Marshal(n.object()) }

func (n *Notebook) object() map[string]any {
	n.identify()
	cells := make([]any, len(n.Cells))
	for i, cell := range n.Cells {
		cells[i] = cell.object()
	}
	object := copyOf(n.extra)
	object["cells"] = cells
	object["metadata"] = orEmpty(n.Metadata)
	object["nbformat"] = formatMajor
	object["nbformat_minor"] = max(n.Minor, formatMinor)
	return object
}

// UnmarshalJSON reads what ParseNotebook reads.
func (n *Notebook) UnmarshalJSON(content []byte) error {
	parsed, err := ParseNotebook(content)
	if err != nil {
		return err
	}
	*n = *parsed
	return nil
}

func (c *Cell) object() map[string]any {
	object := copyOf(c.extra)
	object["cell_type"] = c.Kind
	object["id"] = c.ID
	object["metadata"] = orEmpty(c.Metadata)
	object["source"] = lines(c.Source)
	if c.Kind != CodeCell {
		return object
	}
	object["execution_count"] = countOrNull(c.ExecutionCount)
	outputs := make([]any, len(c.Outputs))
	for i, output := range c.Outputs {
		outputs[i] = output.object()
	}
	object["outputs"] = outputs
	return object
}

// Write writes the notebook as Jupyter does: one space of indentation, keys sorted,
// text as a list of lines, characters as they are, a newline at the end.
func (n *Notebook) Write(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	return encoder.Encode(n.object())
}

// WriteFile writes the notebook to a file, which after an error is as it was.
func (n *Notebook) WriteFile(path string) error {
	return durable.Write(durable.OS{}, path, n.Write)
}

// fields takes typed values out of a JSON object and leaves those that nobody asks for. err
// is about the first value of a wrong type.
type fields struct {
	where  string
	values map[string]any
	err    error
}

func fieldsOf(where string, value any) (*fields, error) {
	object, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s is %s, not an object", where, kindOf(value))
	}
	return &fields{where: where, values: object}, nil
}

func (f *fields) take(key string) any {
	value := f.values[key]
	delete(f.values, key)
	return value
}

func (f *fields) wrong(key string, value any, want string) {
	if f.err == nil {
		f.err = fmt.Errorf("%s: %s is %s, not %s", f.where, key, kindOf(value), want)
	}
}

func (f *fields) object(key string) map[string]any {
	value := f.take(key)
	object, ok := value.(map[string]any)
	if !ok && value != nil {
		f.wrong(key, value, "an object")
	}
	return object
}

func (f *fields) list(key string) []any {
	value := f.take(key)
	list, ok := value.([]any)
	if !ok && value != nil {
		f.wrong(key, value, "a list")
	}
	return list
}

func (f *fields) text(key string) string {
	value := f.take(key)
	text, ok := joined(value)
	if !ok && value != nil {
		f.wrong(key, value, "a string or a list of strings")
	}
	return text
}

func (f *fields) integer(key string) int {
	value := f.take(key)
	if value == nil {
		return 0
	}
	number, ok := value.(json.Number)
	if !ok {
		f.wrong(key, value, "a number")
		return 0
	}
	n, err := number.Int64()
	if err != nil || n < 0 || n > 1<<31 {
		f.wrong(key, value, "a count")
		return 0
	}
	return int(n)
}

// joined returns a string that may be written as a list of its lines.
func joined(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case []any:
		var text strings.Builder
		for _, part := range value {
			line, ok := part.(string)
			if !ok {
				return "", false
			}
			text.WriteString(line)
		}
		return text.String(), true
	}
	return "", false
}

// lines is the opposite of joined: the lines, each with its newline.
func lines(text string) []string {
	return slices.AppendSeq([]string{}, strings.Lines(text))
}

func kindOf(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case json.Number:
		return fmt.Sprintf("the number %v", value)
	case bool:
		return "a truth value"
	case []any:
		return "a list"
	}
	return "an object"
}

func decodeObject(content []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	var root map[string]any
	if err := decoder.Decode(&root); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	if root == nil {
		return nil, errors.New("not a JSON object: null")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("more than one JSON value, at offset %d", decoder.InputOffset())
	}
	return root, nil
}

func copyOf(object map[string]any) map[string]any {
	clone := make(map[string]any, len(object)+4)
	maps.Copy(clone, object)
	return clone
}

func orEmpty(object map[string]any) map[string]any {
	if object == nil {
		return map[string]any{}
	}
	return object
}

func countOrNull(n int) any {
	if n == 0 {
		return nil
	}
	return n
}
