// Package notebooks holds one notebook for each question, and the test that
// executes them all through the real kernel.
package notebooks
