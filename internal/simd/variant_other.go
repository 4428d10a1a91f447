//go:build !amd64 || noasm

package simd

// native returns no variants: there is no assembly here.
func native() []variant { return nil }
