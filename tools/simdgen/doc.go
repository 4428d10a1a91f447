// Command simdgen writes the assembly of package internal/simd of the main module: for
// each family of kernels a file with the AVX-512 and AVX2 variants, and a file with their
// Go declarations. The files are checked in; -check compares them with what simdgen would
// write. The command is in the tools module, so that the library does not depend on the
// assembler avo.
//
//	go run -C tools ./simdgen -dir ../internal/simd
package main
