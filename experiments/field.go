package experiments

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Field is one hyper-parameter: a field of an options struct under the name by
// which `--set name=value` reaches it. Its text is its canonical form: equal
// values have equal texts.
//
// The struct's tags say what it is:
//
//	name     the name; fields without one are not hyper-parameters
//	help     one line that says what it does
//	default  its value if nothing sets it, as text
//	enum     the values it may take, with commas between
//	min, max the least and greatest value of a number
//	above, below  the same with the bound itself left out
//	expect   what a value looks like, for types that read their own text
//	of       "plan" if it chooses cells and is not part of a cell's description
//	by       the field of the plan whose values it takes, one a cell; Set refuses it
//
// A field is a string, a bool, an int, a float64, a []string (commas between) or
// whatever reads and writes its own text. The fields of an embedded struct count
// as the struct's own.
type Field struct {
	Name, Help, Default string

	tag   reflect.StructTag
	value reflect.Value
}

// Fields lists the hyper-parameters of an options struct, given by pointer, in the
// order of the struct.
func Fields(options any) ([]Field, error) {
	pointer := reflect.ValueOf(options)
	if pointer.Kind() != reflect.Pointer || pointer.Elem().Kind() != reflect.Struct {
		return nil, fmt.Errorf("options are a pointer to a struct, not %T", options)
	}
	fields := structFields(pointer.Elem())
	seen := make(map[string]bool, len(fields))
	for _, field := range fields {
		if seen[field.Name] {
			return nil, fmt.Errorf("%T has two fields called %q", options, field.Name)
		}
		seen[field.Name] = true
	}
	return fields, nil
}

func structFields(value reflect.Value) []Field {
	var fields []Field
	for i := range value.NumField() {
		description := value.Type().Field(i)
		if description.Anonymous && description.Type.Kind() == reflect.Struct {
			fields = append(fields, structFields(value.Field(i))...)
			continue
		}
		if name := description.Tag.Get("name"); name != "" {
			fields = append(fields, Field{
				Name: name, Help: description.Tag.Get("help"), Default: description.Tag.Get("default"),
				tag: description.Tag, value: value.Field(i),
			})
		}
	}
	return fields
}

// Reset sets every hyper-parameter of an options struct to its default.
func Reset(options any) error {
	fields, err := Fields(options)
	if err != nil {
		return err
	}
	for _, field := range fields {
		if err := field.Set(field.Default); err != nil {
			return fmt.Errorf("default of %s in %T: %w", field.Name, options, err)
		}
	}
	return nil
}

// Set sets one hyper-parameter of an options struct from its text. An unknown name is
// an error that suggests similar ones; so is a name that another hyper-parameter sets.
func Set(options any, name, text string) error {
	fields, err := Fields(options)
	if err != nil {
		return err
	}
	var names []string
	for _, field := range fields {
		if field.Name == name {
			if by := field.SetBy(); by != "" {
				return &UsageError{fmt.Sprintf("%s=%s: %s is set by %s, which has a value for each cell", name, text, name, by)}
			}
			return field.Set(text)
		}
		if field.SetBy() == "" {
			names = append(names, field.Name)
		}
	}
	return unknown("hyper-parameter", name, names)
}

// Changed returns the texts of the hyper-parameters of a cell that are not at their
// default.
func Changed(options any) (map[string]string, error) {
	fields, err := Fields(options)
	if err != nil {
		return nil, err
	}
	changed := make(map[string]string)
	for _, field := range fields {
		if field.OfPlan() {
			continue
		}
		standard, err := field.canonical(field.Default)
		if err != nil {
			return nil, fmt.Errorf("default of %s in %T: %w", field.Name, options, err)
		}
		if text := field.Text(); text != standard {
			changed[field.Name] = text
		}
	}
	return changed, nil
}

// OfPlan reports whether the field chooses cells.
func (f Field) OfPlan() bool { return f.tag.Get("of") == "plan" }

// SetBy is the field of the plan that sets this field in each cell; empty if it is set
// directly.
func (f Field) SetBy() string { return f.tag.Get("by") }

// Text is the field's value in canonical form.
func (f Field) Text() string { return text(f.value) }

// Set reads the field's value from text. The error names the field, what was found
// and what is expected.
func (f Field) Set(text string) error {
	value := reflect.New(f.value.Type()).Elem()
	if err := f.parse(value, text); err != nil {
		return &UsageError{fmt.Sprintf("%s=%s: %s", f.Name, text, expected(f.Expects(), err))}
	}
	f.value.Set(value)
	return nil
}

// expected joins what is expected with what a type's own reader said.
func expected(what string, err error) string {
	if err == errExpected {
		return "expected " + what
	}
	if what == "" {
		return err.Error()
	}
	return fmt.Sprintf("expected %s (%v)", what, err)
}

// canonical is the text that a value read from another text would have.
func (f Field) canonical(from string) (string, error) {
	value := reflect.New(f.value.Type()).Elem()
	if err := f.parse(value, from); err != nil {
		return "", err
	}
	return text(value), nil
}

// errExpected stands for "not what Expects says".
var errExpected = errors.New("not as expected")

func (f Field) parse(value reflect.Value, text string) error {
	if own, ok := value.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return own.UnmarshalText([]byte(text))
	}
	switch value.Kind() {
	case reflect.String:
		if !f.allows(text) {
			return errExpected
		}
		value.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return errExpected
		}
		value.SetBool(b)
	case reflect.Int:
		n, err := strconv.ParseInt(text, 10, strconv.IntSize)
		if err != nil || !f.within(float64(n)) {
			return errExpected
		}
		value.SetInt(n)
	case reflect.Float64:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || !f.within(x) {
			return errExpected
		}
		value.SetFloat(x)
	case reflect.Slice:
		return f.parseList(value, text)
	default:
		return fmt.Errorf("a field of type %s cannot be a hyper-parameter", value.Type())
	}
	return nil
}

func (f Field) parseList(value reflect.Value, text string) error {
	if value.Type().Elem().Kind() != reflect.String {
		return fmt.Errorf("a field of type %s cannot be a hyper-parameter", value.Type())
	}
	seen := make(map[string]bool)
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" || seen[part] || !f.allows(part) {
			return errExpected
		}
		seen[part] = true
		value.Set(reflect.Append(value, reflect.ValueOf(part).Convert(value.Type().Elem())))
	}
	return nil
}

// allows reports whether the tag enum, if there is one, has a text.
func (f Field) allows(text string) bool {
	values, limited := f.tag.Lookup("enum")
	if !limited {
		return true
	}
	for value := range strings.SplitSeq(values, ",") {
		if value == text {
			return true
		}
	}
	return false
}

// within reports whether a number keeps the bounds that the tags set. Bounds are
// part of the program; a test reads them all.
func (f Field) within(x float64) bool {
	for tag, holds := range map[string]func(bound float64) bool{
		"min":   func(bound float64) bool { return x >= bound },
		"max":   func(bound float64) bool { return x <= bound },
		"above": func(bound float64) bool { return x > bound },
		"below": func(bound float64) bool { return x < bound },
	} {
		text, limited := f.tag.Lookup(tag)
		if !limited {
			continue
		}
		if bound, err := strconv.ParseFloat(text, 64); err != nil || !holds(bound) {
			return false
		}
	}
	return x-x == 0 // neither infinite nor not a number
}

// Expects says in words what a value looks like.
func (f Field) Expects() string {
	if expect := f.tag.Get("expect"); expect != "" {
		return expect
	}
	if values := f.tag.Get("enum"); values != "" {
		choice := "one of "
		if f.value.Kind() == reflect.Slice {
			choice = "one or more, with commas between, of "
		}
		return choice + strings.ReplaceAll(values, ",", ", ")
	}
	switch f.value.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number" + f.bounds()
	case reflect.Float64:
		return "a number" + f.bounds()
	case reflect.Slice:
		return "one or more names with commas between, none twice"
	default:
		return ""
	}
}

// bounds are in words what the tags allow of a number.
func (f Field) bounds() string {
	if least, greatest := f.tag.Get("min"), f.tag.Get("max"); least != "" && greatest != "" {
		return " from " + least + " to " + greatest
	}
	var bounds []string
	for _, b := range []struct{ tag, words string }{
		{"min", "of at least"}, {"above", "above"}, {"max", "of at most"}, {"below", "below"},
	} {
		if bound := f.tag.Get(b.tag); bound != "" {
			bounds = append(bounds, b.words+" "+bound)
		}
	}
	if len(bounds) == 0 {
		return ""
	}
	return " " + strings.Join(bounds, " and ")
}

// text writes a value such that equal values have equal texts.
func text(value reflect.Value) string {
	if own, ok := value.Interface().(encoding.TextMarshaler); ok {
		// A value that its own reader accepted can be written; what cannot would
		// fail the test that reads every default back.
		written, err := own.MarshalText()
		if err != nil {
			return err.Error()
		}
		return string(written)
	}
	switch value.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(value.Bool())
	case reflect.Int:
		return strconv.FormatInt(value.Int(), 10)
	case reflect.Float64:
		return strconv.FormatFloat(value.Float(), 'g', -1, 64)
	case reflect.Slice:
		parts := make([]string, value.Len())
		for i := range parts {
			parts[i] = value.Index(i).String()
		}
		return strings.Join(parts, ",")
	default:
		return value.String()
	}
}
