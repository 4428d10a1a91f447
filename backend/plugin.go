package backend

import (
	"os"
	"path/filepath"
	"strings"
)

// PluginVariable names a list of folders that hold PJRT plugins.
const PluginVariable = "PJRT_PLUGIN_LIBRARY_PATH"

// pluginFolder is where `make xla` puts plugins, below the checkout.
const pluginFolder = ".lab/xla"

// Plugin finds the PJRT plugin of a kind ("cpu", "cuda"): in the folders that
// PJRT_PLUGIN_LIBRARY_PATH lists, then in .lab/xla of the working directory and
// of every folder above it, then above the program. An error is a *MissingError.
func Plugin(kind string) (string, error) {
	file := "pjrt_c_api_" + kind + "_plugin.so"
	for _, folder := range pluginFolders() {
		path := filepath.Join(folder, file)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return filepath.Abs(path)
		}
	}
	return "", &MissingError{
		Name: "xla:" + kind,
		Why:  "its plugin " + file + " was not found",
		How:  "run `make xla` in the checkout, or set " + PluginVariable + " to the folder that holds it",
	}
}

func pluginFolders() []string {
	folders := filepath.SplitList(os.Getenv(PluginVariable))
	if folder, err := os.Getwd(); err == nil {
		folders = append(folders, labFolders(folder)...)
	}
	if program, err := os.Executable(); err == nil && !strings.HasPrefix(program, os.TempDir()) {
		folders = append(folders, labFolders(filepath.Dir(program))...)
	}
	return folders
}

// labFolders are the plugin folders of a folder and all those above it.
func labFolders(folder string) []string {
	var folders []string
	for {
		folders = append(folders, filepath.Join(folder, pluginFolder))
		parent := filepath.Dir(folder)
		if parent == folder {
			return folders
		}
		folder = parent
	}
}
