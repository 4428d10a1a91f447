package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// families are the generated files by name: FAMILY_amd64.s and its declarations.
var families = map[string]func(*assembler){
	"tile":    tiles,
	"channel": channelTiles,
	"pack":    packs,
	"element": elements,
	"choose":  choices,
	"integer": integers,
	"control": control,
	"edge":    edges,
	"philox":  philox,
	"reduce":  reductions,
	"repeat":  repeats,
	"sparse":  sparseProducts,
	"stencil": stencils,
	"pixel":   pixels,
	"update":  updates,
}

func main() {
	dir := flag.String("dir", "../internal/simd", "folder of the package")
	check := flag.Bool("check", false, "compare with what is there and write nothing")
	flag.Parse()
	if err := run(*dir, *check); err != nil {
		fmt.Fprintln(os.Stderr, "simdgen:", err)
		os.Exit(1)
	}
}

// run generates every family and writes it to dir, or compares it with dir.
func run(dir string, check bool) error {
	var all error
	for _, name := range slices.Sorted(maps.Keys(families)) {
		files, err := generate(dir, name, families[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for file, text := range files {
			path := filepath.Join(dir, file)
			if !check {
				all = errors.Join(all, os.WriteFile(path, text, 0o644))
				continue
			}
			if old, err := os.ReadFile(path); err != nil || !bytes.Equal(old, text) {
				all = errors.Join(all, fmt.Errorf("%s is out of date: run go generate in internal/simd", file))
			}
		}
	}
	return all
}

// generate returns the files of one family: the assembly and the declarations.
func generate(dir, name string, emit func(*assembler)) (map[string][]byte, error) {
	pkg, err := arguments(dir)
	if err != nil {
		return nil, err
	}
	a := &assembler{Context: build.NewContext(), pkg: pkg}
	a.ConstraintExpr("!noasm")
	emit(a)
	if a.err != nil {
		return nil, a.err
	}
	file, err := a.Result()
	if err != nil {
		return nil, err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return nil, err
	}
	config := printer.Config{Name: "simdgen", Pkg: "simd"}
	text, err := printer.NewGoAsm(config).Print(file)
	if err != nil {
		return nil, err
	}
	stubs, err := printer.NewStubs(config).Print(file)
	if err != nil {
		return nil, err
	}
	if stubs, err = format.Source(stubs); err != nil {
		return nil, err
	}
	return map[string][]byte{name + "_amd64.s": text, name + "_stubs_amd64.go": stubs}, nil
}

// arguments type-checks arguments.go of the package: the structures that kernels
// with many parameters take, whose field offsets the assembly needs.
func arguments(dir string) (*types.Package, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, filepath.Join(dir, "arguments.go"), nil, 0)
	if err != nil {
		return nil, err
	}
	config := types.Config{Importer: importer.Default(), Sizes: types.SizesFor("gc", "amd64")}
	return config.Check("simd", set, []*ast.File{file}, nil)
}

// assembler is avo's context, with the package of the types that signatures may name.
type assembler struct {
	*build.Context
	pkg   *types.Package
	masks *operand.Mem // AVX2's table of masks, once a kernel needs it
	words map[uint32]operand.Mem
	err   error
}

// begin starts a function, which must not keep pointers that it is given: it is declared
// noescape.
func (a *assembler) begin(name, signature string, doc ...string) {
	a.Function(name)
	a.Attributes(attr.NOSPLIT)
	a.Pragma("noescape")
	a.Doc(doc...)
	s, err := gotypes.ParseSignatureInPackage(a.pkg, signature)
	if err != nil {
		a.err = errors.Join(a.err, fmt.Errorf("%s: %w", name, err))
		return
	}
	a.Signature(s)
}
