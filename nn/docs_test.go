package nn_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"espalier/nn"
)

// The zoo's table in the documentation is what the code counts.
func TestZooTableInDocs(t *testing.T) {
	path := filepath.Join("..", "docs", "networks.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- zoo -->\n", "<!-- /zoo -->"
	before, rest, ok := bytes.Cut(page, []byte(begin))
	_, after, closed := bytes.Cut(rest, []byte(end))
	if !ok || !closed {
		t.Fatalf("%s has no %s... %s", path, begin, end)
	}
	golden(t, path, bytes.Join([][]byte{before, []byte(begin), zooTable(t), []byte(end), after}, nil))
}

func zooTable(t *testing.T) []byte {
	var table bytes.Buffer
	fmt.Fprintln(&table, "| name | network | input | classes | parameters | prunable | MACs | peak activations |")
	fmt.Fprintln(&table, "|---|---|---|--:|--:|--:|--:|--:|")
	for _, a := range nn.Zoo() {
		network := newNetwork(t, a.Name, nn.ZooOptions{})
		cost, prunable := nn.CostOf(network, nil), 0
		for _, p := range network.Prunable() {
			prunable += p.Size()
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %d | %s | %s | %s | %s KiB |\n", a.Name, a.Summary, a.Input, a.Classes,
			thousands(cost.Parameters), thousands(prunable), thousands(cost.MACs), thousands(cost.PeakActivations/1024))
	}
	return table.Bytes()
}

// thousands puts commas into a number.
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
