// Package kernels is the Jupyter side of Espalier: it runs notebooks of Go cells
// through the GoNB kernel, without Python, and starts JupyterLab for interactive work.
//
// Install builds GoNB out of the pinned tools module into .lab/bin of the checkout
// and writes a kernel specification whose command is this program. Started that
// way, Launch puts a program named go, this one again, first on GoNB's PATH;
// GoWrapper passes everything to the real go, and makes the module GoNB builds its
// cells in require the checkout. So `import "espalier/lth"` works in any cell of a
// notebook in any folder, with the checkout's versions of everything, offline.
//
// Run executes a notebook: it starts the kernel, talks Jupyter's protocol
// (https://jupyter-client.readthedocs.io/en/stable/messaging.html) with it, and writes
// the outputs into an nbformat-4.5 file.
package kernels
