#!/bin/sh
# Install a lock file: by uv, which takes a tenth of pip's processor time, or by pip where uv
# cannot. Usage: install.sh .venv/bin requirements/ml.txt
bin=$1
lock=$2
pip() { "$bin/python" -m pip "$@"; }

[ -x "$bin/uv" ] ||
  pip install --quiet --require-hashes --requirement "$(dirname "$lock")/setup.txt" || exit 1

# uv does not read pip's configuration, so it is told of the same indexes and certificates.
configured() { pip config list | sed -n "s/^[^=]*\.$1='\(.*\)'\$/\1/p" | sed 's/\\n/ /g' | tail -n 1; }
index=$(configured index-url)
certificates=$(configured cert)
[ -z "$index" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
[ -z "$certificates" ] || export SSL_CERT_FILE="${SSL_CERT_FILE:-$certificates}"
export UV_INDEX="${UV_INDEX:-$(configured extra-index-url)}"
export UV_FIND_LINKS="${UV_FIND_LINKS:-$(configured find-links | tr -s ' ' ',')}"
# As pip does: any index may give a file, for the hash says whether it is the right one.
export UV_INDEX_STRATEGY="${UV_INDEX_STRATEGY:-unsafe-best-match}"

"$bin/uv" pip install --quiet --python "$bin/python" --require-hashes --requirement "$lock" 2>/dev/null ||
  pip install --quiet --require-hashes --requirement "$lock"
