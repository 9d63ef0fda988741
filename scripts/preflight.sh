#!/bin/sh
# Says in one plain line what is missing, before anything is installed.
python=$1
command -v "$python" >/dev/null 2>&1 ||
  { echo "Python 3.11 is needed and '$python' was not found. Install it, or name it: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') || exit 1
[ "$version" = 3.11 ] ||
  { echo "Python 3.11 is needed; '$python' is $version. Name the right one: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
  { echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3.11-venv" >&2; exit 1; }
command -v npm >/dev/null 2>&1 ||
  { echo "Node.js with npm is needed and was not found. Install Node.js 20 or newer from your system's packages." >&2; exit 1; }
if [ "${2:-}" = --port ]; then
  port=${PORT:-8000}
  "$python" - "$port" <<'PY' || { echo "Port $port on 127.0.0.1 is taken. Stop what uses it, or choose another: PORT=8001 make run" >&2; exit 1; }
import socket, sys
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", int(sys.argv[1])))
    except OSError:
        sys.exit(1)
PY
fi
