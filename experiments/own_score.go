package experiments

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"

	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
)

// ownMark stands between the name that a user gave a score and its fingerprint.
const ownMark = "#"

// OwnScore registers a score that was written outside this module, such as in a
// notebook cell, under a name, and returns the value to set the hyper-parameter score
// to.
//
// The value carries a fingerprint of what the score does on a small network, so that
// results of an earlier version of the same function are not mistaken for those of the
// present one.
func OwnScore(ctx context.Context, name string, score prune.Score) (string, error) {
	if name == "" || strings.ContainsAny(name, ownMark+", \n=") {
		return "", fmt.Errorf("the score's name %q is empty or has a blank, comma, = or %s in it", name, ownMark)
	}
	print, err := fingerprint(ctx, score)
	if err != nil {
		return "", fmt.Errorf("score %s: %w", name, err)
	}
	full := name + ownMark + print
	if _, err := prune.Lookup(full); err == nil {
		return full, nil // the same function again
	}
	return full, prune.Register(full, score)
}

// fingerprint is the beginning of the SHA-256 of the values that a score gives the
// weights of a small network.
func fingerprint(ctx context.Context, score prune.Score) (string, error) {
	network, err := nn.New("lenet-digits", nn.ZooOptions{})
	if err != nil {
		return "", err
	}
	const root = seed.Seed(1)
	var drawn [2]nn.Weights
	for i := range drawn {
		if drawn[i], err = nn.Initialize(network, nn.Initializer(""), root.Derive("weights", i)); err != nil {
			return "", err
		}
	}
	values, err := score(ctx, prune.Input{
		Network: network, Weights: drawn[0], Initial: drawn[1], Mask: prune.Ones(network),
		Random: func(parameter string) *rand.Rand { return root.Stream(parameter) },
	})
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	for _, p := range network.Prunable() {
		// Writing to a hash does not fail.
		_ = binary.Write(hash, binary.LittleEndian, values[p.Name])
	}
	return hex.EncodeToString(hash.Sum(nil)[:4]), nil
}

// scoreTitle is a value of the hyper-parameter score without its fingerprint.
func scoreTitle(value string) string {
	title, _, _ := strings.Cut(value, ownMark)
	return title
}
