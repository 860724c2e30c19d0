#!/bin/sh
# Chromium, a Chinese font and what PDF needs, for the journeys and the labels; Debian's
# Redis, for the tests of the broker.
set -eu

has() { command -v "$1" >/dev/null; }
has_browser() { has chromium || has chromium-browser || has google-chrome; }
has_pango() { ldconfig -p 2>/dev/null | grep -q 'libpangoft2-1.0'; }
has_font() { fc-list 2>/dev/null | grep -qi 'CJK'; }
cannot() { echo "browser: !!! $1; some tests will not run !!!" >&2; exit 1; }
# RUNLEVEL: no package starts a service here.
add() {
    RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "$@" >/dev/null \
        || { echo "browser: !!! apt-get install $* failed !!!" >&2; failed=1; }
}

if has_browser && has_font && has_pango && has redis-server; then exit 0; fi
has apt-get || cannot "no apt-get here: install Chromium and redis-server by hand"
[ "$(id -u)" = 0 ] || cannot \
    "only root can: apt-get install chromium fonts-noto-cjk redis-server"

export DEBIAN_FRONTEND=noninteractive
failed=0
apt-get update -qq || cannot "apt-get update failed"
add chromium fonts-noto-cjk fontconfig libpango-1.0-0 libpangoft2-1.0-0 \
    libharfbuzz-subset0
add redis-server
exit $failed
