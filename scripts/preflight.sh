#!/bin/sh
# Say in one plain line what is missing, before anything is installed.
# Usage: preflight.sh [--port] [PYTHON]
check_port=
[ "${1:-}" = --port ] && { check_port=yes; shift; }

python=$(sh scripts/find_python.sh "${1:-}") || exit 1

if [ -n "${1:-}" ] && [ -x .venv/bin/python ]; then
  wanted=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  present=$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  [ "$wanted" = "$present" ] ||
    { echo ".venv was made with Python $present and PYTHON=$1 is $wanted. Remove .venv to change." >&2; exit 1; }
fi

if [ -n "$check_port" ]; then
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
