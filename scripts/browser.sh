#!/bin/sh
# The browser tests need a Chromium: the one on the PATH, else one that we install.
for name in chromium chromium-browser google-chrome; do
  command -v $name >/dev/null 2>&1 && exit 0
done
"$1" - <<'PY' 2>/dev/null && exit 0
import sys
from pathlib import Path
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    sys.exit(not Path(playwright.chromium.executable_path).exists())
PY
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Debian's chromium for the browser tests…"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null && exit 0
fi
echo "Installing Playwright's chromium for the browser tests…"
"$1" -m playwright install chromium && exit 0
echo "The browser tests need Chromium and it could not be installed. On Debian or Ubuntu: apt-get install chromium; elsewhere: .venv/bin/python -m playwright install chromium" >&2
exit 1
