// Package tools pins what the project is built, checked and measured with, apart
// from the module that users depend on: the commands in go.mod's tool lines, and
// the assembler avo, a library that the generators of assembly import.
package tools
