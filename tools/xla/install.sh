#!/usr/bin/env bash
# Puts XLA's plugin for the processor where package backend looks for it:
# install.sh LAB makes LAB/venv, installs the pinned wheel after checking its
# digest, and links the plugin as LAB/xla/pjrt_c_api_cpu_plugin.so.
set -euo pipefail
lab=$1
here=$(cd "$(dirname "$0")" && pwd)

missing() {
	echo "make xla: $1 is missing; $2" >&2
	exit 3
}
command -v python3 >/dev/null || missing python3 "install Python 3 with its venv module"
command -v cc >/dev/null || missing "a C compiler" "install one (XLA's bindings need cgo)"

if [ ! -x "$lab/venv/bin/pip" ]; then
	python3 -m venv "$lab/venv" || missing "Python's venv module" "install it (on Debian: apt-get install python3-venv)"
fi
"$lab/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$here/requirements.txt"
plugin=$("$lab/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so
[ -f "$plugin" ] || missing "$plugin" "the wheel has another layout"
mkdir -p "$lab/xla"
ln -sfn "$plugin" "$lab/xla/pjrt_c_api_cpu_plugin.so"
echo "XLA's plugin is in $lab/xla"
