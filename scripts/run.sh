#!/bin/sh
# Run the product's processes under the supervisor until Ctrl-C or SIGTERM.
# Usage: run.sh FOLDER_OF_PYTHON   (for example .venv/bin)

# The value of a variable in .env, if it is there.
in_env_file() {
  [ -f .env ] && sed -n "s/^$1=//p" .env | tail -n 1 | tr -d "\"' "
}

PORT=${PORT:-$(in_env_file PORT)}
COMPUTE_CONCURRENCY=${COMPUTE_CONCURRENCY:-$(in_env_file COMPUTE_CONCURRENCY)}
export PYTHON="$1/python" PORT="${PORT:-8000}" COMPUTE_CONCURRENCY="${COMPUTE_CONCURRENCY:-2}"
mkdir -p var
exec "$PYTHON" scripts/tied.py "$1/supervisord" --configuration supervisord.conf
