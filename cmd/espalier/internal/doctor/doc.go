// Package doctor examines a machine: what Espalier can use on it, what it uses, and
// how to get what is missing.
package doctor
