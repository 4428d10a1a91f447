package experiments

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

// The Makefile says from which source it builds by -ldflags "-X
// espalier/experiments.commit=... -X espalier/experiments.clean=true". Where it did
// not, BuiltFrom finds out by itself.
var (
	commit string
	clean  string
)

// Source says from which source code a program was built.
type Source struct {
	// Commit is the hash of the version-control commit, or "unknown".
	Commit string `json:"commit"`
	// Clean reports whether the source was the commit's, unchanged.
	Clean bool `json:"clean"`
	// Difference tells apart what is not clean: "diff:" and the SHA-256 of the
	// changes, or "program:" and the SHA-256 of the program that ran.
	Difference string `json:"difference,omitempty"`
}

// Short is the beginning of the commit, and whether there were changes.
func (s Source) Short() string {
	if s.Clean {
		return fmt.Sprintf("%.12s", s.Commit)
	}
	return fmt.Sprintf("%.12s with changes", s.Commit)
}

// BuiltFrom returns the source of this program. It asks, in turn, what the linker
// was told, what `go build` recorded, and git in the folder of the source.
var BuiltFrom = sync.OnceValue(func() Source {
	if commit != "" {
		return sourceOf(commit, clean == "true", "")
	}
	if revision, modified, ok := recordedCommit(); ok {
		return sourceOf(revision, !modified, "")
	}
	if revision, diff, ok := commitOf(sourceFolder()); ok {
		return sourceOf(revision, diff == "", "diff:"+diff)
	}
	return sourceOf("unknown", false, "")
})

func sourceOf(commit string, clean bool, difference string) Source {
	if clean {
		return Source{Commit: commit, Clean: true}
	}
	if difference == "" {
		difference = "program:" + programDigest()
	}
	return Source{Commit: commit, Difference: difference}
}

// recordedCommit is what `go build` stamps into programs built in a checkout.
func recordedCommit() (revision string, modified, ok bool) {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Path != "espalier" {
		return "", false, false
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			revision = setting.Value
		case "vcs.modified":
			modified = setting.Value == "true"
		}
	}
	return revision, modified, revision != ""
}

// sourceFolder is where this file was when it was compiled.
func sourceFolder() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}

// commitOf asks git for the commit that a folder's checkout is at and the digest of
// what differs from it, "" for nothing. Files that git does not know count too.
func commitOf(folder string) (revision, diff string, ok bool) {
	head, err := git(folder, "rev-parse", "HEAD")
	if err != nil {
		return "", "", false
	}
	changes, err := git(folder, "diff", "HEAD")
	if err != nil {
		return "", "", false
	}
	status, err := git(folder, "status", "--porcelain")
	if err != nil {
		return "", "", false
	}
	if changes+status == "" {
		return strings.TrimSpace(head), "", true
	}
	digest := sha256.Sum256([]byte(changes + status))
	return strings.TrimSpace(head), hex.EncodeToString(digest[:]), true
}

func git(folder string, arguments ...string) (string, error) {
	command := exec.Command("git", append([]string{"-C", folder}, arguments...)...)
	// Reading the status must not write the index beside somebody's own git.
	command.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0")
	output, err := command.Output()
	return string(output), err
}

// programDigest is the SHA-256 of the running program's file.
func programDigest() string {
	path, err := os.Executable()
	if err != nil {
		return fmt.Sprintf("unreadable (%v)", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Sprintf("unreadable (%v)", err)
	}
	defer file.Close()
	digest := sha256.New()
	if _, err := io.Copy(digest, file); err != nil {
		return fmt.Sprintf("unreadable (%v)", err)
	}
	return hex.EncodeToString(digest.Sum(nil))
}
