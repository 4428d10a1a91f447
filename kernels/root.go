package kernels

import (
	"os"
	"path/filepath"
	"regexp"
)

// rootVariable names the checkout whose packages cells import. The kernel
// specification sets it.
const rootVariable = "ESPALIER_ROOT"

var moduleLine = regexp.MustCompile(`(?m)^module espalier\s*$`)

// FindRoot returns the absolute path of the checkout's folder. That is what ESPALIER_ROOT
// names; else the given folder or the first above it whose go.mod is Espalier's; else the
// same from the folder of this program. If there is none, the error is a *MissingError.
func FindRoot(folder string) (string, error) {
	if named := os.Getenv(rootVariable); named != "" {
		if isRoot(named) {
			return filepath.Abs(named)
		}
		return "", &MissingError{
			What: "Espalier's go.mod in " + named,
			How:  "set " + rootVariable + " to the folder of a checkout, or unset it",
		}
	}
	from := []string{folder}
	if program, err := os.Executable(); err == nil {
		from = append(from, filepath.Dir(program))
	}
	for _, folder := range from {
		if root, ok := above(folder); ok {
			return root, nil
		}
	}
	return "", &MissingError{
		What: "a checkout of Espalier above " + folder,
		How:  "work inside one, or set " + rootVariable + " to its folder",
	}
}

func above(folder string) (string, bool) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return "", false
	}
	for {
		if isRoot(folder) {
			return folder, true
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", false
		}
		folder = parent
	}
}

func isRoot(folder string) bool {
	content, err := os.ReadFile(filepath.Join(folder, "go.mod"))
	return err == nil && moduleLine.Match(content)
}

// laboratory is the folder in a checkout of everything that is built or installed. It can
// be deleted at any time.
func laboratory(root string) string { return filepath.Join(root, ".lab") }

func toolFolder(root string) string { return filepath.Join(laboratory(root), "bin") }

// JupyterPath returns the folder to put into JUPYTER_PATH for Jupyter to find the
// checkout's kernel.
func JupyterPath(root string) string { return filepath.Join(laboratory(root), "jupyter") }

// SpecFolder returns the folder of the checkout's kernel specification.
func SpecFolder(root string) string { return filepath.Join(JupyterPath(root), "kernels", kernelName) }
