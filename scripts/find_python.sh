#!/bin/sh
# Print the Python to make the virtual environment with: the one that is named, or else the newest
# of 3.13, 3.12 and 3.11 on the PATH that works.
# A version manager's shim can be on the PATH and still not start, so each candidate is really run.
named=${1:-}

version_of() {
  "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

can_make_environments() {
  "$1" -c 'import venv, ensurepip' >/dev/null 2>&1
}

missing_venv() {
  echo "$1 cannot make virtual environments: its venv module is missing. On Debian or Ubuntu: apt-get install python$2-venv" >&2
}

if [ -n "$named" ]; then
  version=$(version_of "$named") ||
    { echo "PYTHON=$named does not start. Give the path of Python 3.11, 3.12 or 3.13, or leave PYTHON out." >&2; exit 1; }
  case $version in
    3.11 | 3.12 | 3.13) ;;
    *) echo "PYTHON=$named is Python $version; 3.11, 3.12 or 3.13 is needed." >&2; exit 1 ;;
  esac
  can_make_environments "$named" || { missing_venv "$named" "$version"; exit 1; }
  echo "$named"
  exit 0
fi

without_venv=
for version in 3.13 3.12 3.11; do
  for name in "python$version" python3; do
    IFS=:
    for folder in $PATH; do
      candidate=$folder/$name
      [ -x "$candidate" ] && [ "$(version_of "$candidate")" = "$version" ] || continue
      can_make_environments "$candidate" && { echo "$candidate"; exit 0; }
      without_venv=${without_venv:-$candidate $version}
    done
    unset IFS
  done
done

if [ -n "$without_venv" ]; then
  missing_venv "${without_venv% *}" "${without_venv##* }"
else
  echo "Python 3.11, 3.12 or 3.13 is needed and none was found. Install one, or name it: make PYTHON=/path/to/python3.12 run" >&2
fi
exit 1
