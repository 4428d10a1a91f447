package kernels

import (
	"fmt"
	"strings"
)

// OutputKind says what an output of a cell is.
type OutputKind string

// The kinds of outputs that nbformat 4 has.
const (
	StreamOutput  OutputKind = "stream"
	DisplayOutput OutputKind = "display_data"
	ResultOutput  OutputKind = "execute_result"
	ErrorOutput   OutputKind = "error"
)

// Output is one output of a code cell.
type Output struct {
	Kind OutputKind

	// Of a stream: Name is "stdout" or "stderr", Text what was written.
	Name, Text string

	// Of display data and of results: values by MIME type, a string for everything
	// but JSON types, binary data in base64.
	Data           map[string]any
	Metadata       map[string]any
	ExecutionCount int // of results

	// Of an error.
	ErrorName, ErrorValue string
	Traceback             []string

	extra map[string]any
}

func parseOutput(where string, value any) (*Output, error) {
	f, err := fieldsOf(where, value)
	if err != nil {
		return nil, err
	}
	output := &Output{Kind: OutputKind(f.text("output_type"))}
	switch output.Kind {
	case StreamOutput:
		output.Name, output.Text = f.text("name"), f.text("text")
	case DisplayOutput, ResultOutput:
		output.Data, output.Metadata = joinBundle(f.object("data")), f.object("metadata")
		if output.Kind == ResultOutput {
			output.ExecutionCount = f.integer("execution_count")
		}
	case ErrorOutput:
		output.ErrorName, output.ErrorValue = f.text("ename"), f.text("evalue")
		for _, line := range f.list("traceback") {
			text, ok := line.(string)
			if !ok {
				f.wrong("traceback", line, "a list of strings")
			}
			output.Traceback = append(output.Traceback, text)
		}
	default:
		if f.err == nil {
			f.err = fmt.Errorf("%s: output_type is %q, not stream, display_data, execute_result or error", where, output.Kind)
		}
	}
	output.extra = f.values
	return output, f.err
}

func (o *Output) object() map[string]any {
	object := copyOf(o.extra)
	object["output_type"] = o.Kind
	switch o.Kind {
	case StreamOutput:
		object["name"], object["text"] = o.Name, lines(o.Text)
	case DisplayOutput, ResultOutput:
		object["data"], object["metadata"] = splitBundle(o.Data), orEmpty(o.Metadata)
		if o.Kind == ResultOutput {
			object["execution_count"] = countOrNull(o.ExecutionCount)
		}
	case ErrorOutput:
		object["ename"], object["evalue"] = o.ErrorName, o.ErrorValue
		object["traceback"] = append([]string{}, o.Traceback...)
	}
	return object
}

// joinBundle joins each text in a MIME bundle that is a list of lines to one string.
func joinBundle(bundle map[string]any) map[string]any {
	for mime, value := range bundle {
		if isJSON(mime) {
			continue
		}
		if text, ok := joined(value); ok {
			bundle[mime] = text
		}
	}
	return bundle
}

// splitBundle splits the texts in a MIME bundle into lists of lines, as Jupyter does, so
// that a change in an SVG is a few lines of a diff.
func splitBundle(bundle map[string]any) map[string]any {
	split := make(map[string]any, len(bundle))
	for mime, value := range bundle {
		split[mime] = value
		if text, ok := value.(string); ok && isText(mime) {
			split[mime] = lines(text)
		}
	}
	return split
}

func isJSON(mime string) bool {
	return mime == "application/json" || strings.HasPrefix(mime, "application/") && strings.HasSuffix(mime, "+json")
}

func isText(mime string) bool {
	return strings.HasPrefix(mime, "text/") || mime == "image/svg+xml" || mime == "application/javascript"
}
