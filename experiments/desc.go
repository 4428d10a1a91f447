package experiments

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"espalier/seed"
)

// Desc says completely what a cell runs. Two cells with equal descriptions are the
// same cell.
type Desc struct {
	Experiment string    `json:"experiment"`
	Scale      Scale     `json:"scale"`
	Data       string    `json:"data"`
	Network    string    `json:"network"`
	Method     string    `json:"method"`
	Seed       seed.Seed `json:"seed"`
	// Options are the texts of the hyper-parameters that are not at their
	// default, by name. A default is part of a method's definition: it is left
	// out, so that a hyper-parameter that is added with a default that changes
	// nothing changes no digest, and every old result stays addressable.
	Options map[string]string `json:"options,omitempty"`
}

// reserved are the names that Canonical gives to what is not a hyper-parameter.
var reserved = []string{"experiment", "scale", "data", "network", "method", "seed"}

// withOptions returns the description with the changed hyper-parameters of an
// options struct, without those that a description names itself.
func (d Desc) withOptions(options any) (Desc, error) {
	changed, err := Changed(options)
	if err != nil {
		return Desc{}, err
	}
	for _, name := range reserved {
		delete(changed, name)
	}
	d.Options = changed
	return d, nil
}

// Canonical is the description's one canonical form: a line key="value" for each
// field and each hyper-parameter that is not at its default, sorted by key.
func (d Desc) Canonical() string {
	fields := maps.Clone(d.Options)
	if fields == nil {
		fields = make(map[string]string)
	}
	for i, value := range []string{
		d.Experiment, string(d.Scale), d.Data, d.Network, d.Method, strconv.FormatUint(uint64(d.Seed), 10),
	} {
		fields[reserved[i]] = value
	}
	var canonical []byte
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		canonical = append(append(canonical, name...), '=')
		canonical = append(strconv.AppendQuote(canonical, fields[name]), '\n')
	}
	return string(canonical)
}

// Digest is the description's identity: the SHA-256 of its canonical form in
// hexadecimal.
func (d Desc) Digest() string {
	return digestOf(d.Canonical())
}

// digestOf is the digest of a canonical form.
func digestOf(canonical string) string {
	digest := sha256.Sum256([]byte(canonical))
	return hex.EncodeToString(digest[:])
}

// Setting is the description of everything but the method and the seed. Rows of
// equal settings can be compared and stand in one table.
func (d Desc) Setting() Desc {
	d.Method, d.Seed = "", 0
	return d
}

// String names the cell for people, as in "lth/tickets smoke digits ticket seed 1".
func (d Desc) String() string {
	return fmt.Sprintf("%s %s %s %s seed %d", d.Experiment, d.Scale, d.Data, d.Method, d.Seed)
}
