package prune

import "fmt"

// Variant says which procedure a method follows if a paper and its code differ. The
// zero value is Paper.
type Variant string

// The variants.
const (
	// Paper is what the text means.
	Paper Variant = "paper"
	// Reference is what the authors' code does, with its defects.
	Reference Variant = "reference"
)

// Check reports an unknown variant.
func (v Variant) Check() error {
	if v == "" || v == Paper || v == Reference {
		return nil
	}
	return fmt.Errorf("no variant is called %q: there are %s and %s", string(v), Paper, Reference)
}
