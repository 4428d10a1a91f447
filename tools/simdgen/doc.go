// Command simdgen writes the assembly of the package internal/simd of the main
// module: for each family of kernels one file with its AVX-512 and AVX2 variants,
// and the Go declarations for it. What it writes is checked in; -check compares
// instead of writing. It lives in the tools' module so that the assembler avo is
// no dependency of the library.
//
//	go run -C tools ./simdgen -dir ../internal/simd
package main
